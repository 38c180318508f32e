"""The Jacobians of a linear map."""

from __future__ import annotations

import jax
from jax import jacfwd, jacrev

from bench.workloads.autodiff.linear_jacobian.jax_impl import linear
from tests.proof.alternatives import Alternative


def forwards(x: jax.Array, W: jax.Array, b: jax.Array) -> dict[str, jax.Array]:
    """`jacobian` by tangents alone."""
    by_x, by_w, by_b = jacfwd(linear, (0, 1, 2))(x, W, b)
    return {"jacobian.x": by_x, "jacobian.W": by_w, "jacobian.b": by_b}


def backwards(x: jax.Array, W: jax.Array, b: jax.Array) -> dict[str, jax.Array]:
    """`jacobian` by cotangents alone."""
    by_x, by_w, by_b = jacrev(linear, (0, 1, 2))(x, W, b)
    return {"jacobian.x": by_x, "jacobian.W": by_w, "jacobian.b": by_b}


def apart(x: jax.Array, W: jax.Array, b: jax.Array) -> dict[str, jax.Array]:
    """`jacobian` with each argument by itself."""
    return {
        "jacobian.x": jacrev(linear, 0)(x, W, b),
        "jacobian.W": jacrev(linear, 1)(x, W, b),
        "jacobian.b": jacfwd(linear, 2)(x, W, b),
    }


ALTERNATIVES = tuple(
    Alternative("jax", says, ("jacobian",), ("jit",), {"jacobian": function})
    for says, function in (("forwards", forwards), ("backwards", backwards), ("apart", apart))
)
