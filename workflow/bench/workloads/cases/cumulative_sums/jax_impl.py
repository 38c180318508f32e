"""Running sums in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.workloads.cases.forms.single_jax import build_of


def reported(x: jax.Array) -> dict[str, jax.Array]:
    """The function of that name."""
    return {"output": jnp.cumsum(x, axis=0)}


def by_rows(x: jax.Array) -> dict[str, jax.Array]:
    """A loop over the rows."""

    def step(total: jax.Array, row: jax.Array) -> tuple[jax.Array, jax.Array]:
        return total + row, total + row

    return {"output": jax.lax.scan(step, jnp.zeros_like(x[0]), x)[1]}


build = build_of(reported, by_rows)
