"""Nonlinear least squares."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.workloads.science.least_squares.jax_impl import model
from tests.proof.alternatives import Alternative


def kept(theta: jax.Array, t: jax.Array, y: jax.Array) -> jax.Array:
    """`gram` with a barrier around what the pullback keeps."""
    repeated = [jnp.broadcast_to(value, t.shape) for value in theta]
    residual, pullback = jax.lax.optimization_barrier(jax.vjp(lambda *values: model(t, *values) - y, *repeated))
    columns = jnp.stack([*pullback(jnp.ones_like(residual)), residual], 1)
    return columns.T @ columns


def rows(theta: jax.Array, t: jax.Array, y: jax.Array) -> jax.Array:
    """`gram` with the columns one after the other."""
    repeated = [jnp.broadcast_to(value, t.shape) for value in theta]
    residual, pullback = jax.vjp(lambda *values: model(t, *values) - y, *repeated)
    found = jnp.stack([*pullback(jnp.ones_like(residual)), residual])
    return found @ found.T


ALTERNATIVES = (
    Alternative("jax", "columns one after the other", ("solve",), ("jit",), {"gram": rows}),
    Alternative("jax", "barrier before the pullback", ("solve",), ("jit",), {"gram": kept}),
)
