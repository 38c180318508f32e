"""Gradient of squared differences in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.workloads.cases.forms.single_jax import build_of


def value(x: jax.Array) -> jax.Array:
    """v."""
    return sum((jnp.square(jnp.diff(x, axis=axis)).sum() for axis in range(3)), start=jnp.zeros((), x.dtype))


def reported(x: jax.Array) -> dict[str, jax.Array]:
    """By jax.grad."""
    found, slope = jax.value_and_grad(value)(x)
    return {"value": found, "gradient": slope}


def by_hand(x: jax.Array) -> dict[str, jax.Array]:
    """The differences of both neighbours, zeros at the edges, of which the gradient is the difference."""
    total, slope = jnp.zeros((), x.dtype), jnp.zeros_like(x)
    for axis in range(3):
        step = jnp.diff(x, axis=axis)
        around = [(1, 0) if place == axis else (0, 0) for place in range(3)]
        behind = [(0, 1) if place == axis else (0, 0) for place in range(3)]
        total = total + jnp.square(step).sum()
        slope = slope + 2 * (jnp.pad(step, around) - jnp.pad(step, behind))
    return {"value": total, "gradient": slope}


build = build_of(reported, by_hand)
