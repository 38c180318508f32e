"""Levenberg-Marquardt in JAX: all iterations in one lax.fori_loop, the Jacobian by one pullback.

In the mode `eager` Python repeats the iteration, one operation after the other: the loop would be compiled.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.linalg import cho_factor, cho_solve

from bench.backends import Step, jax_backend
from bench.workloads.science.least_squares.problem import DAMPING, FACTOR, Problem

State = tuple[jax.Array, jax.Array, jax.Array]
"""Parameters (p,), damping () and Gram matrix (p + 1, p + 1)."""


def model(
    t: jax.Array,
    b0: jax.Array,
    b1: jax.Array,
    a1: jax.Array,
    c1: jax.Array,
    w1: jax.Array,
    a2: jax.Array,
    c2: jax.Array,
    w2: jax.Array,
) -> jax.Array:
    """Two Gaussian lines on a straight background, elementwise."""
    z1, z2 = (t - c1) / w1, (t - c2) / w2
    return b0 + b1 * t + a1 * jnp.exp(-0.5 * (z1 * z1)) + a2 * jnp.exp(-0.5 * (z2 * z2))


def gram(theta: jax.Array, t: jax.Array, y: jax.Array) -> jax.Array:
    """The Gram matrix (p + 1, p + 1) of the columns of (J, r), which XLA multiplies faster one beside the other."""
    repeated = [jnp.broadcast_to(value, t.shape) for value in theta]
    residual, pullback = jax.vjp(lambda *values: model(t, *values) - y, *repeated)
    columns = jnp.stack([*pullback(jnp.ones_like(residual)), residual], 1)
    return columns.T @ columns


def iteration(state: State, t: jax.Array, y: jax.Array) -> State:
    """The state after one iteration."""
    theta, damping, now = state
    hessian = now[:-1, :-1]
    factor = cho_factor(hessian + damping * jnp.diag(jnp.diag(hessian)))
    candidate = theta - cho_solve(factor, now[:-1, -1])
    trial = gram(candidate, t, y)
    better = trial[-1, -1] < (1 + math.sqrt(jnp.finfo(t.dtype).eps)) * now[-1, -1]
    return (
        jnp.where(better, candidate, theta),
        jnp.where(better, damping / FACTOR, damping * FACTOR),
        jnp.where(better, trial, now),
    )


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `solve`."""

    def solve(guess: jax.Array, t: jax.Array, y: jax.Array) -> dict[str, jax.Array]:
        state = (guess, jnp.asarray(DAMPING, guess.dtype), gram(guess, t, y))
        if mode == "eager":
            for _ in range(problem.iterations):
                state = iteration(state, t, y)
        else:
            state = lax.fori_loop(0, problem.iterations, lambda _, now: iteration(now, t, y), state)
        theta, _, last = state
        return {"parameters": theta, "cost": 0.5 * last[-1, -1]}

    data = jax_backend.arrays(problem.inputs(), device, precision)
    return jax_backend.Evaluation(
        solve,
        (data["guess"], data["t"], data["y"]),
        mode=mode,
    )
