"""Inverses of small matrices in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.small_inverses.problem import Problem


def reported(x: jax.Array) -> dict[str, jax.Array]:
    """The function of that name."""
    return {"output": jnp.linalg.inv(x)}


def adjugate(x: jax.Array) -> dict[str, jax.Array]:
    """The adjugate over the determinant: rows of it are cross products of the columns."""
    first, second, third = x[..., 0], x[..., 1], x[..., 2]
    rows = jnp.stack([jnp.cross(second, third), jnp.cross(third, first), jnp.cross(first, second)], axis=-2)
    return {"output": rows / (first * rows[..., 0, :]).sum(axis=-1)[..., None, None]}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)
    x = jax_backend.arrays(problem.inputs(), device, precision)["x"]
    return jax_backend.Evaluation(adjugate if expert else reported, (x,), mode=mode)
