"""A loop that fills an array in JAX: the array as the carry, and the last row alone."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.array_filled_in_a_loop.problem import Problem
from bench.workloads.cases.forms.modes import form_of


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)
    steps = problem.setting["steps"]

    def written(x: jax.Array) -> jax.Array:
        def step(rows: jax.Array, place: jax.Array) -> tuple[jax.Array, None]:
            return rows.at[place].set(jnp.sin(rows[place - 1])), None

        rows = jnp.zeros((steps + 1, x.shape[0]), x.dtype).at[0].set(x)
        rows, _ = jax.lax.scan(step, rows, jnp.arange(1, steps + 1))
        return jnp.square(rows[-1]).sum() / 2

    def stacked(x: jax.Array) -> jax.Array:
        def step(row: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
            return jnp.sin(row), jnp.sin(row)

        _, rows = jax.lax.scan(step, x, None, length=steps)
        return jnp.square(rows[-1]).sum() / 2

    def gradient(x: jax.Array) -> dict[str, jax.Array]:
        value, slope = jax.value_and_grad(stacked if expert else written)(x)
        return {"value": value, "gradient": slope}

    x = jax_backend.arrays(problem.inputs(), device, precision)["x"]
    return jax_backend.Evaluation(gradient, (x,), mode=mode)
