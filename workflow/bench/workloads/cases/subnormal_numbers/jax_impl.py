"""Arithmetic on subnormal numbers in JAX, which flushes them to zero."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.subnormal_numbers.problem import HALVINGS, Problem


def sums(a: jax.Array, b: jax.Array) -> dict[str, jax.Array]:
    """y."""
    product, total = a * b, jnp.zeros_like(a)
    for _ in range(HALVINGS):
        product = product * 0.5
        total = total + jnp.sqrt(product)
    return {"output": 1 + total}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    return jax_backend.Evaluation(sums, (data["a"], data["b"]), mode=mode)
