"""Arithmetic on subnormal numbers in JAX, which flushes them to zero."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.workloads.cases.forms.single_jax import build_of
from bench.workloads.cases.subnormal_numbers.problem import HALVINGS


def sums(a: jax.Array, b: jax.Array) -> dict[str, jax.Array]:
    """y."""
    product, total = a * b, jnp.zeros_like(a)
    for _ in range(HALVINGS):
        product = product * 0.5
        total = total + jnp.sqrt(product)
    return {"output": 1 + total}


build = build_of(sums)
