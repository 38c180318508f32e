"""Greeks of a basket option in JAX: value_and_grad, or a vectorised second reverse pass."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from bench.backends import Step, Unsupported, jax_backend
from bench.workloads.autodiff.option_greeks.problem import DRAWN_TASKS, SEED, Problem

NAMES = ("spots", "volatilities", "weights", "cholesky", "normals", "strike", "rate", "maturity", "width")


def softplus(x: jax.Array) -> jax.Array:
    """log(1 + e^x), without the tests for infinities in jax.nn.softplus, which cost a third of the price."""
    return jnp.maximum(x, 0) + jnp.log1p(jnp.exp(-jnp.abs(x)))


def price(
    spots: jax.Array,
    volatilities: jax.Array,
    weights: jax.Array,
    cholesky: jax.Array,
    normals: jax.Array,
    strike: jax.Array,
    rate: jax.Array,
    maturity: jax.Array,
    width: jax.Array,
) -> jax.Array:
    """The discounted mean of the smoothed payoff."""
    drift = (rate - volatilities**2 / 2) * maturity
    scale = volatilities * jnp.sqrt(maturity)
    growth = jnp.exp(drift[:, None] + scale[:, None] * (cholesky @ normals))
    excess = ((weights * spots) @ growth - strike) / width
    return jnp.exp(-rate * maturity) * width * softplus(excess).mean()


def primal(*market: jax.Array) -> dict[str, jax.Array]:
    """The price."""
    return {"price": price(*market)}


def gradient(*market: jax.Array) -> dict[str, jax.Array]:
    """Price, delta and vega."""
    value, (delta, vega) = jax.value_and_grad(price, (0, 1))(*market)
    return {"price": value, "delta": delta, "vega": vega}


def hessian(*market: jax.Array) -> dict[str, jax.Array]:
    """Gamma and cross gamma."""
    return {"gamma": jax.jacrev(jax.jacrev(price))(*market)}


def drawn(function: Callable[..., dict[str, jax.Array]], paths: int) -> Callable[..., dict[str, jax.Array]]:
    """The function of a key and the market, with normal numbers that the key decides."""
    before = NAMES.index("normals")

    def draw(key: jax.Array, *market: jax.Array) -> dict[str, jax.Array]:
        spots = market[0]
        normals = jax.random.normal(key, (len(spots), paths), spots.dtype)
        return function(*market[:before], normals, *market[before:])

    return draw


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of the task. Raises Unsupported for many paths."""
    if reason := problem.too_large(task):
        raise Unsupported(reason)
    data = jax_backend.arrays(problem.inputs(), device, precision)
    function = {"primal": primal, "gradient": gradient, "hessian": hessian}[task.removesuffix("_drawn")]
    if task in DRAWN_TASKS:
        market = [data[name] for name in NAMES if name != "normals"]
        return jax_backend.Drawn(drawn(function, problem.paths_of(task)), market, SEED, mode=mode, device=device)
    return jax_backend.Evaluation(function, [data[name] for name in NAMES], mode=mode)
