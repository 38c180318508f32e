"""Running sums in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.cumulative_sums.problem import Problem
from bench.workloads.cases.forms.modes import form_of


def reported(x: jax.Array) -> dict[str, jax.Array]:
    """The function of that name."""
    return {"output": jnp.cumsum(x, axis=0)}


def by_rows(x: jax.Array) -> dict[str, jax.Array]:
    """A loop over the rows."""

    def step(total: jax.Array, row: jax.Array) -> tuple[jax.Array, jax.Array]:
        return total + row, total + row

    return {"output": jax.lax.scan(step, jnp.zeros_like(x[0]), x)[1]}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)
    x = jax_backend.arrays(problem.inputs(), device, precision)["x"]
    return jax_backend.Evaluation(by_rows if expert else reported, (x,), mode=mode)
