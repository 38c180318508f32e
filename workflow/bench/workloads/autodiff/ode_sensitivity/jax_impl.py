"""Gradient through a Runge-Kutta integration in JAX: lax.scan over the steps, jax.checkpoint over segments of them."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from bench.backends import Step, jax_backend
from bench.workloads.autodiff.ode_sensitivity.problem import Problem

State = tuple[jax.Array, jax.Array]
NAMES = ("positions", "velocities", "masses", "targets", "step")


def acceleration(x: jax.Array, m: jax.Array, one: jax.Array) -> jax.Array:
    """Of every body; `one`, the unit matrix, is added to the squared distances, which are zero on the diagonal."""
    d = x - x[:, None]
    squares = (d * d).sum(-1) + one
    return ((m / (squares * jnp.sqrt(squares)))[..., None] * d).sum(1)


def advance(state: State, m: jax.Array, h: jax.Array, one: jax.Array) -> State:
    """One step of the classical Runge-Kutta method; the stages of x' = v are eliminated."""
    x, v = state
    middle = x + h / 2 * v
    a1 = acceleration(x, m, one)
    a2 = acceleration(middle, m, one)
    a3 = acceleration(middle + h * h / 4 * a1, m, one)
    a4 = acceleration(x + h * v + h * h / 2 * a2, m, one)
    return x + h * v + h * h / 6 * (a1 + a2 + a3), v + h / 6 * (a1 + 2 * (a2 + a3) + a4)


def repeat(body: Callable[[State], State], state: State, times: int, in_scan: bool) -> State:
    """`body` so many times: one loop of the compiled program, or one operation after the other."""
    if in_scan:
        return jax.lax.scan(lambda now, _: (body(now), None), state, length=times)[0]
    for _ in range(times):
        state = body(state)
    return state


def distance(
    x: jax.Array,
    v: jax.Array,
    m: jax.Array,
    targets: jax.Array,
    h: jax.Array,
    *,
    one: jax.Array,
    steps: int,
    segment: int,
    in_scan: bool,
) -> jax.Array:
    """f after `steps` steps, with a checkpoint after every segment unless one segment is all."""

    def part(state: State, m: jax.Array, h: jax.Array) -> State:
        return repeat(lambda now: advance(now, m, h, one), state, segment, in_scan)

    state = x, v
    if segment < steps:
        kept = jax.checkpoint(part)
        state = repeat(lambda now: kept(now, m, h), state, steps // segment, in_scan)
    else:
        state = part(state, m, h)
    return ((state[0] - targets) ** 2).sum() / 2


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of the task."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    one = jax_backend.array(np.eye(len(data["masses"])), device, precision)
    segment = problem.segment if task == "gradient_checkpointed" else problem.steps

    def value(*arguments: jax.Array) -> jax.Array:
        return distance(*arguments, one=one, steps=problem.steps, segment=segment, in_scan=mode != "eager")

    def primal(*arguments: jax.Array) -> dict[str, jax.Array]:
        return {"distance": value(*arguments)}

    def gradient(*arguments: jax.Array) -> dict[str, jax.Array]:
        found, derivatives = jax.value_and_grad(value, (0, 1, 2))(*arguments)
        return {"distance": found} | dict(zip(NAMES, derivatives, strict=False))

    return jax_backend.Evaluation(
        primal if task == "primal" else gradient,
        [data[name] for name in NAMES],
        mode=mode,
    )
