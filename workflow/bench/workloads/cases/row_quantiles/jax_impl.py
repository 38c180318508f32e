"""Quantiles of rows in JAX: jax.numpy's under vmap, and by one sort."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.workloads.cases.forms.single_jax import build_of
from bench.workloads.cases.row_quantiles.problem import PARTS, between


def reported(x: jax.Array) -> dict[str, jax.Array]:
    """jax.numpy's, row by row."""
    parts = jnp.array(PARTS, x.dtype)
    return {"output": jax.vmap(lambda row: jnp.quantile(row, parts))(x)}


def sorted_once(x: jax.Array) -> dict[str, jax.Array]:
    """One sort, and the columns that the quantiles lie between."""
    ordered = jax.lax.sort(x, dimension=1, is_stable=False)
    columns = [(1 - share) * ordered[:, place] + share * ordered[:, place + 1] for place, share in between(x.shape[1])]
    return {"output": jnp.stack(columns, axis=1)}


build = build_of(reported, sorted_once)
