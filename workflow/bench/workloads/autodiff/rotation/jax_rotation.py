"""The coefficients of Rodrigues' formula in JAX; see rotation.py."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def coefficients(square: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """cos θ, sin θ / θ and (1 - cos θ) / θ² of θ²; the inner `where` keeps 0/0 out of the derivative."""
    moved = square > 0
    safe = jnp.where(moved, square, 1.0)
    angle = jnp.sqrt(safe)
    cosine = jnp.cos(angle)
    return (
        jnp.where(moved, cosine, 1.0),
        jnp.where(moved, jnp.sin(angle) / angle, 1.0),
        jnp.where(moved, (1.0 - cosine) / safe, 0.5),
    )
