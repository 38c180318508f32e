"""Higher derivatives."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from tests.proof.alternatives import Alternative


@jax.custom_jvp
def exponential(x: jax.Array) -> jax.Array:
    return jax.lax.optimization_barrier(jnp.exp(x))


@exponential.defjvp
def _(primals, tangents):
    found = exponential(*primals)
    return found, found * tangents[0]


@jax.custom_jvp
def circular(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    return jax.lax.optimization_barrier((jnp.sin(x), jnp.cos(x)))


@circular.defjvp
def _(primals, tangents):
    sine, cosine = circular(*primals)
    return (sine, cosine), (cosine * tangents[0], -sine * tangents[0])


def barred(x: jax.Array) -> jax.Array:
    return exponential(-0.5 * x) * circular(x)[0] + 4 / (4 + x * x)


def reciprocal(x: jax.Array) -> jax.Array:
    return jnp.exp(-0.5 * x) * jnp.sin(x) + 4 * jnp.reciprocal(4 + x * x)


def both(x: jax.Array) -> jax.Array:
    return exponential(-0.5 * x) * circular(x)[0] + 4 * (4 + x * x) ** -1.0


ALTERNATIVES = (
    Alternative("jax", "exponential and sine once", ("nth_reverse", "nth_forward"), ("jit",), {"function": barred}),
    Alternative("jax", "reciprocal", ("nth_reverse",), ("jit",), {"function": reciprocal}),
    Alternative("jax", "once, power", ("nth_reverse",), ("jit",), {"function": both}),
)
