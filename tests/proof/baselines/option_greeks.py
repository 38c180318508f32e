"""The basket option as most people write it: paths by rows, softplus of the frameworks, their plain transforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

NAMES = ("spots", "volatilities", "normals", "weights", "cholesky", "strike", "rate", "maturity", "width")


def torch_price(
    S: Tensor,
    sigma: Tensor,
    Z: Tensor,
    weights: Tensor,
    cholesky: Tensor,
    strike: Tensor,
    rate: Tensor,
    maturity: Tensor,
    width: Tensor,
) -> Tensor:
    """The discounted mean of the smoothed payoff; Z (paths, assets)."""
    shocks = Z @ cholesky.T
    S_T = S * torch.exp((rate - sigma**2 / 2) * maturity + sigma * torch.sqrt(maturity) * shocks)
    x = (S_T * weights).sum(1) - strike
    return torch.exp(-rate * maturity) * (width * F.softplus(x / width)).mean()


def torch_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of `primal`, `gradient` or `hessian`."""
    found = problem.inputs() | {"normals": problem.inputs()["normals"].T.copy()}
    arguments = tuple(torch.tensor(found[name]) for name in NAMES)

    def gradient(S: Tensor, sigma: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        S, sigma = S.clone().requires_grad_(), sigma.clone().requires_grad_()
        return torch.autograd.grad(torch_price(S, sigma, *rest), (S, sigma))

    return {"primal": torch_price, "gradient": gradient, "hessian": torch.func.hessian(torch_price)}[task], arguments


def jax_price(
    S: jax.Array,
    sigma: jax.Array,
    Z: jax.Array,
    weights: jax.Array,
    cholesky: jax.Array,
    strike: jax.Array,
    rate: jax.Array,
    maturity: jax.Array,
    width: jax.Array,
) -> jax.Array:
    """The discounted mean of the smoothed payoff; Z (paths, assets)."""
    shocks = Z @ cholesky.T
    S_T = S * jnp.exp((rate - sigma**2 / 2) * maturity + sigma * jnp.sqrt(maturity) * shocks)
    x = (S_T * weights).sum(1) - strike
    return jnp.exp(-rate * maturity) * (width * jax.nn.softplus(x / width)).mean()


def jax_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of `primal`, `gradient` or `hessian`."""
    found = problem.inputs() | {"normals": problem.inputs()["normals"].T.copy()}
    arguments = tuple(jnp.asarray(found[name]) for name in NAMES)
    functions = {"primal": jax_price, "gradient": jax.grad(jax_price, (0, 1)), "hessian": jax.hessian(jax_price)}
    return functions[task], arguments
