"""The order of rows in JAX: jax.numpy's argsort, stable or not."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp

from bench.workloads.cases.forms.single_jax import build_of


def order(x: jax.Array, *, stable: bool = True) -> dict[str, jax.Array]:
    """o."""
    return {"output": jnp.argsort(x, axis=1, stable=stable)}


build = build_of(order, partial(order, stable=False))
