"""Gradient of squared differences in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.squared_differences.problem import Problem


def value(x: jax.Array) -> jax.Array:
    """v."""
    return sum((jnp.square(jnp.diff(x, axis=axis)).sum() for axis in range(3)), start=jnp.zeros((), x.dtype))


def reported(x: jax.Array) -> dict[str, jax.Array]:
    """By jax.grad."""
    found, slope = jax.value_and_grad(value)(x)
    return {"value": found, "gradient": slope}


def by_hand(x: jax.Array) -> dict[str, jax.Array]:
    """The differences of both neighbours, zeros at the edges, of which the gradient is the difference."""
    total, slope = jnp.zeros((), x.dtype), jnp.zeros_like(x)
    for axis in range(3):
        step = jnp.diff(x, axis=axis)
        around = [(1, 0) if place == axis else (0, 0) for place in range(3)]
        behind = [(0, 1) if place == axis else (0, 0) for place in range(3)]
        total = total + jnp.square(step).sum()
        slope = slope + 2 * (jnp.pad(step, around) - jnp.pad(step, behind))
    return {"value": total, "gradient": slope}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)
    x = jax_backend.arrays(problem.inputs(), device, precision)["x"]
    return jax_backend.Evaluation(by_hand if expert else reported, (x,), mode=mode)
