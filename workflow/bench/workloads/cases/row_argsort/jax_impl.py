"""The order of rows in JAX: jax.numpy's argsort, stable or not."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.row_argsort.problem import Problem


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)

    def order(x: jax.Array) -> dict[str, jax.Array]:
        return {"output": jnp.argsort(x, axis=1, stable=not expert)}

    data = jax_backend.arrays(problem.inputs(), device, precision)
    return jax_backend.Evaluation(order, (data["x"],), mode=mode)
