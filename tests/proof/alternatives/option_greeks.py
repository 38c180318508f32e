"""Greeks of a basket option."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.workloads.autodiff.option_greeks import jax_impl, torch_impl
from tests.proof.alternatives import Alternative, by_xla

TASKS = ("primal", "gradient", "hessian")


def price(*market: jax.Array) -> jax.Array:
    """The basket asset by asset."""
    spots, volatilities, weights, cholesky, normals, strike, rate, maturity, width = market
    drift = (rate - volatilities**2 / 2) * maturity
    scale = volatilities * jnp.sqrt(maturity)
    basket = sum(
        weight * spot * jnp.exp(middle + spread * sum(factor * draw for factor, draw in zip(row, normals, strict=True)))
        for weight, spot, middle, spread, row in zip(weights, spots, drift, scale, cholesky, strict=True)
    )
    return jnp.exp(-rate * maturity) * width * jax_impl.softplus((basket - strike) / width).mean()


ALTERNATIVES = (
    Alternative("torch", "matrix products", TASKS, ("compile",), {"by_assets": torch_impl.by_products}),
    Alternative("torch", "asset by asset", TASKS, ("eager",), {"BASKETS": {}}),
    Alternative("jax", "asset by asset", TASKS, ("jit",), {"price": price}),
    *by_xla(("gradient",)),
)
