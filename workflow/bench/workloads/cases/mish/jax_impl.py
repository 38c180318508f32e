"""Mish in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.mish.problem import Problem


def mish(x: jax.Array) -> dict[str, jax.Array]:
    """y."""
    return {"output": x * jnp.tanh(jax.nn.softplus(x))}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    x = jax_backend.arrays(problem.inputs(), device, precision)["x"]
    return jax_backend.Evaluation(mish, (x,), mode=mode)
