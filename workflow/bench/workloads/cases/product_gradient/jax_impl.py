"""Gradient of running products in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.product_gradient.problem import Problem


def differentiated(x: jax.Array) -> dict[str, jax.Array]:
    """v and its gradient."""
    value, slope = jax.value_and_grad(lambda x: jnp.cumprod(x, axis=1).sum())(x)
    return {"value": value, "gradient": slope}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    x = jax_backend.arrays(problem.inputs(), device, precision)["x"]
    return jax_backend.Evaluation(differentiated, (x,), mode=mode)
