"""Mish in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.workloads.cases.forms.single_jax import build_of


def mish(x: jax.Array) -> dict[str, jax.Array]:
    """y."""
    return {"output": x * jnp.tanh(jax.nn.softplus(x))}


build = build_of(mish)
