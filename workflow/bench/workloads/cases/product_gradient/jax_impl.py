"""Gradient of running products in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.workloads.cases.forms.single_jax import build_of


def differentiated(x: jax.Array) -> dict[str, jax.Array]:
    """v and its gradient."""
    value, slope = jax.value_and_grad(lambda x: jnp.cumprod(x, axis=1).sum())(x)
    return {"value": value, "gradient": slope}


build = build_of(differentiated)
