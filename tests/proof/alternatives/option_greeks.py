"""Greeks of a basket option."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.workloads.autodiff.option_greeks import jax_impl, torch_impl
from tests.proof.alternatives import Alternative, by_xla

PRICE, HESSIAN = ("primal", "gradient"), ("hessian",)


def price(*market: jax.Array) -> jax.Array:
    """The basket asset by asset."""
    spots, volatilities, weights, cholesky, normals, strike, rate, maturity, width = market
    drift = (rate - volatilities**2 / 2) * maturity
    scale = volatilities * jnp.sqrt(maturity)
    basket = jnp.zeros_like(normals[0])
    for weight, spot, middle, spread, row in zip(weights, spots, drift, scale, cholesky, strict=True):
        exponent = sum(factor * draw for factor, draw in zip(row, normals, strict=True))
        basket += weight * spot * jnp.exp(middle + spread * exponent)
    return jnp.exp(-rate * maturity) * width * jax_impl.softplus((basket - strike) / width).mean()


ALTERNATIVES = (
    Alternative("torch", "matrix products", PRICE, ("compile",), {"by_assets": torch_impl.by_products}),
    Alternative("torch", "asset by asset", (*PRICE, *HESSIAN), ("eager",), {"by_products": torch_impl.by_assets}),
    Alternative("torch", "asset by asset", HESSIAN, ("compile",), {"by_products": torch_impl.by_assets}),
    Alternative("jax", "asset by asset", (*PRICE, *HESSIAN), ("jit",), {"price": price}),
    *by_xla(("gradient",)),
)
