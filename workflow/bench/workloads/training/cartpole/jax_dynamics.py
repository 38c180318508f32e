"""CartPole-v1 in JAX; see dynamics.py for the mathematics."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from bench.workloads.training.cartpole.dynamics import (
    FARTHEST,
    FORCE,
    GRAVITY,
    HALF_LENGTH,
    LONGEST,
    POLE_MASS,
    POLE_MOMENT,
    RECENT,
    SECONDS,
    STEEPEST,
    TOTAL_MASS,
)


class Environments(NamedTuple):
    """Many environments: `states` (environments, 4), `ages` and `returns` (environments,)."""

    states: jax.Array
    ages: jax.Array
    returns: jax.Array


class Outcome(NamedTuple):
    """What a step has led to: `successors` (environments, 4), `terminated` and `done` (environments,) of bool."""

    successors: jax.Array
    terminated: jax.Array
    done: jax.Array


def initial(states: jax.Array) -> Environments:
    """Environments at the given states that have finished no episode."""
    return Environments(states, jnp.zeros_like(states[:, 0]), jnp.zeros_like(states[:, 0]))


def advance(states: jax.Array, actions: jax.Array) -> jax.Array:
    """The states (…, 4) one step after `actions` (…) of bool or integers were taken."""
    x, speed, angle, turning = jnp.moveaxis(states, -1, 0)
    cosine, sine = jnp.cos(angle), jnp.sin(angle)
    push = (actions * (2 * FORCE) - FORCE + POLE_MOMENT * turning**2 * sine) / TOTAL_MASS
    bend = HALF_LENGTH * (4.0 / 3.0 - POLE_MASS * cosine**2 / TOTAL_MASS)
    turn = (GRAVITY * sine - cosine * push) / bend
    pull = push - POLE_MOMENT * turn * cosine / TOTAL_MASS
    return jnp.stack(
        [x + SECONDS * speed, speed + SECONDS * pull, angle + SECONDS * turning, turning + SECONDS * turn], axis=-1
    )


def step(environments: Environments, actions: jax.Array, fresh: jax.Array) -> tuple[Environments, Outcome]:
    """All environments one step on; those whose episode ends begin anew at their state of `fresh` (environments, 4)."""
    successors = advance(environments.states, actions)
    terminated = (jnp.abs(successors[:, 0]) > FARTHEST) | (jnp.abs(successors[:, 2]) > STEEPEST)
    ages = environments.ages + 1
    done = terminated | (ages >= LONGEST)
    returns = jnp.where(done, environments.returns + RECENT * (ages - environments.returns), environments.returns)
    after = Environments(jnp.where(done[:, None], fresh, successors), jnp.where(done, 0.0, ages), returns)
    return after, Outcome(successors, terminated, done)
