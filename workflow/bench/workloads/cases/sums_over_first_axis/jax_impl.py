"""Sums over the first axis in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.workloads.cases.forms.single_jax import build_of


def reported(x: jax.Array) -> dict[str, jax.Array]:
    """The function of that name."""
    return {"output": jnp.sum(x, axis=0)}


def product(x: jax.Array) -> dict[str, jax.Array]:
    """A row of ones times the matrix of all that is added."""
    ones = jnp.ones((1, x.shape[0]), x.dtype)
    return {"output": (ones @ x.reshape(x.shape[0], -1)).reshape(x.shape[1:])}


build = build_of(reported, product)
