"""Sums over the first axis in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.sums_over_first_axis.problem import Problem


def reported(x: jax.Array) -> dict[str, jax.Array]:
    """The function of that name."""
    return {"output": jnp.sum(x, axis=0)}


def product(x: jax.Array) -> dict[str, jax.Array]:
    """A row of ones times the matrix of all that is added."""
    ones = jnp.ones((1, x.shape[0]), x.dtype)
    return {"output": (ones @ x.reshape(x.shape[0], -1)).reshape(x.shape[1:])}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)
    x = jax_backend.arrays(problem.inputs(), device, precision)["x"]
    return jax_backend.Evaluation(product if expert else reported, (x,), mode=mode)
