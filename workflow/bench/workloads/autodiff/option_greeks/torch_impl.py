"""Greeks of a basket option in PyTorch: the fused softplus; one backward pass, or a vectorised second one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor
from torch.func import grad_and_value, jacrev

from bench.backends import Step, Unsupported, torch_backend
from bench.workloads.autodiff.option_greeks.problem import DRAWN_TASKS, SEED, Problem

Basket = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]
Greeks = Callable[..., dict[str, Tensor]]

NAMES = ("spots", "volatilities", "weights", "cholesky", "normals", "strike", "rate", "maturity", "width")


def by_products(weights: Tensor, drift: Tensor, scale: Tensor, cholesky: Tensor, normals: Tensor) -> Tensor:
    """The values of the basket, a path each, by two matrix products."""
    return weights @ torch.exp(torch.addcmul(drift[:, None], scale[:, None], cholesky @ normals))


def by_assets(weights: Tensor, drift: Tensor, scale: Tensor, cholesky: Tensor, normals: Tensor) -> Tensor:
    """The same, asset by asset: a compiler makes one pass over the paths of it, where products are calls of a library
    that write and read (assets, paths) in between.
    """
    draws = normals.unbind()
    basket = torch.zeros_like(draws[0])
    for weight, middle, width, row in zip(weights, drift, scale, cholesky, strict=True):
        exponent = sum(factor * draw for factor, draw in zip(row, draws, strict=True))
        basket = basket + weight * torch.exp(middle + width * exponent)
    return basket


def price(
    basket: Basket,
    spots: Tensor,
    volatilities: Tensor,
    weights: Tensor,
    cholesky: Tensor,
    normals: Tensor,
    strike: Tensor,
    rate: Tensor,
    maturity: Tensor,
    width: Tensor,
) -> Tensor:
    """The discounted mean of the smoothed payoff; the softplus stays exact to e^-40."""
    drift = (rate - volatilities.square() / 2) * maturity
    scale = volatilities * maturity.sqrt()
    excess = (basket(weights * spots, drift, scale, cholesky, normals) - strike) / width
    return torch.exp(-rate * maturity) * width * F.softplus(excess, threshold=40).mean()


def primal(basket: Basket, *market: Tensor) -> dict[str, Tensor]:
    """The price."""
    return {"price": price(basket, *market)}


def gradient(basket: Basket, *market: Tensor) -> dict[str, Tensor]:
    """Price, delta and vega."""
    (delta, vega), value = grad_and_value(partial(price, basket), (0, 1))(*market)
    return {"price": value, "delta": delta, "vega": vega}


def gradient_by_tape(basket: Basket, spots: Tensor, volatilities: Tensor, *market: Tensor) -> dict[str, Tensor]:
    """The same without the bookkeeping of torch.func, which only a compiler takes away."""
    arguments = spots.detach().requires_grad_(), volatilities.detach().requires_grad_()
    value = price(basket, *arguments, *market)
    delta, vega = torch.autograd.grad(value, arguments)
    return {"price": value.detach(), "delta": delta, "vega": vega}


def hessian(basket: Basket, *market: Tensor) -> dict[str, Tensor]:
    """Gamma and cross gamma."""
    return {"gamma": jacrev(jacrev(partial(price, basket)))(*market)}


def drawn(function: Greeks, paths: int) -> Greeks:
    """The function of the market with normal numbers of its own, drawn anew at every call."""

    def draw(*market: Tensor) -> dict[str, Tensor]:
        values = dict(zip(NAMES, market, strict=True))
        spots = values["spots"]
        values["normals"] = torch.randn(len(spots), paths, dtype=spots.dtype, device=spots.device)
        return function(*values.values())

    return draw


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of the task. Raises Unsupported where the mode or the precision does not exist, and for many paths."""
    if reason := problem.too_large(task):
        raise Unsupported(reason)
    data = torch_backend.tensors(problem.inputs(), device, precision)
    kind = task.removesuffix("_drawn")
    functions = {"primal": primal, "gradient": gradient_by_tape if mode == "eager" else gradient, "hessian": hessian}
    basket = by_products if mode == "eager" or kind == "hessian" else by_assets
    function: Greeks = partial(functions[kind], basket)
    if task in DRAWN_TASKS:
        torch.manual_seed(SEED)
        data["normals"] = data["normals"][:, :0]  # those of NumPy have no part in it
        function = drawn(function, problem.paths_of(task))
    return torch_backend.Evaluation(
        function,
        [data[name] for name in NAMES],
        mode=mode,
        device=device,
        precision=precision,
        inference=task.startswith("primal"),
    )
