"""Turbulent kinetic energy in JAX; the tridiagonal solver scans the levels."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.science.turbulent_kinetic_energy.problem import Operations, Problem, integrate

Pair = tuple[jax.Array, jax.Array]


def eliminate(before: Pair, level: tuple[jax.Array, ...]) -> tuple[Pair, Pair]:
    """The next row of the upper triangular system with a unit diagonal."""
    a, b, c, d = level
    pivot = b - a * before[0]
    row = c / pivot, (d - a * before[1]) / pivot
    return row, row


def substitute(above: jax.Array, row: Pair) -> tuple[jax.Array, jax.Array]:
    """The next unknown, from the surface downwards."""
    found = row[1] - row[0] * above
    return found, found


def solve(a: jax.Array, b: jax.Array, c: jax.Array, d: jax.Array) -> jax.Array:
    """What problem.py's `thomas` does."""
    nothing = jnp.zeros_like(b[0])
    _, rows = jax.lax.scan(eliminate, (nothing, nothing), (a, b, c, d))
    return jax.lax.scan(substitute, nothing, rows, reverse=True)[1]


def pad(values: jax.Array, below: int, above: int) -> jax.Array:
    """With levels of zeros, which XLA fuses with what comes before and after; a concatenation it does not."""
    return jnp.pad(values, ((below, above), (0, 0), (0, 0)))


OPERATIONS = Operations(jnp, solve, pad, lambda values, top: values.at[-1].set(top), jax.lax.optimization_barrier)


def forward(*arguments: jax.Array) -> dict[str, jax.Array]:
    """The outputs of one time step from the arrays of `INPUTS`."""
    return integrate(*arguments, operations=OPERATIONS)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    return jax_backend.Evaluation(forward, tuple(data.values()), mode=mode)
