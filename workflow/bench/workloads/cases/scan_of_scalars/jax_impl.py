"""The loop in JAX: a scan whose carry is a tuple of scalars, and one whose carry is an array."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.scan_of_scalars.problem import Problem

Outputs = dict[str, jax.Array]


def scalars(a: jax.Array, b: jax.Array, drive: jax.Array) -> jax.Array:
    """As reported: every number is a leaf of the carry."""
    number = a.shape[0]

    def step(states: tuple[jax.Array, ...], value: jax.Array) -> tuple[tuple[jax.Array, ...], None]:
        moved = (jnp.tanh(a[i] * states[i] + b[i] * states[i - 1] + value) for i in range(number))
        return tuple(moved), None

    last, _ = jax.lax.scan(step, (jnp.zeros((), a.dtype),) * number, drive)
    return sum((state**2 for state in last), start=jnp.zeros((), a.dtype)) / 2


def together(a: jax.Array, b: jax.Array, drive: jax.Array) -> jax.Array:
    """One array of all numbers."""

    def step(states: jax.Array, value: jax.Array) -> tuple[jax.Array, None]:
        return jnp.tanh(a * states + b * jnp.roll(states, 1) + value), None

    last, _ = jax.lax.scan(step, jnp.zeros_like(a), drive)
    return jnp.square(last).sum() / 2


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)
    value = together if expert else scalars

    def gradient(a: jax.Array, b: jax.Array, drive: jax.Array) -> Outputs:
        found, slopes = jax.value_and_grad(value, argnums=(0, 1))(a, b, drive)
        return {"value": found, "gradient.a": slopes[0], "gradient.b": slopes[1]}

    data = jax_backend.arrays(problem.parameters() | problem.inputs(), device, precision)
    return jax_backend.Evaluation(gradient, (data["a"], data["b"], data["drive"]), mode=mode)
