"""Inverses of small matrices in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.workloads.cases.forms.single_jax import build_of


def reported(x: jax.Array) -> dict[str, jax.Array]:
    """The function of that name."""
    return {"output": jnp.linalg.inv(x)}


def adjugate(x: jax.Array) -> dict[str, jax.Array]:
    """The adjugate over the determinant: rows of it are cross products of the columns."""
    first, second, third = x[..., 0], x[..., 1], x[..., 2]
    rows = jnp.stack([jnp.cross(second, third), jnp.cross(third, first), jnp.cross(first, second)], axis=-2)
    return {"output": rows / (first * rows[..., 0, :]).sum(axis=-1)[..., None, None]}


build = build_of(reported, adjugate)
