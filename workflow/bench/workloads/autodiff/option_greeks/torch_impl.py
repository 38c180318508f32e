"""Greeks of a basket option in PyTorch: the fused softplus; one backward pass, or a vectorised second one."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor
from torch.func import grad_and_value, jacrev

from bench.backends import Step, Unsupported, torch_backend
from bench.workloads.autodiff.option_greeks.problem import Problem

NAMES = ("spots", "volatilities", "weights", "cholesky", "normals", "strike", "rate", "maturity", "width")


def price(
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
    growth = torch.exp(torch.addcmul(drift[:, None], scale[:, None], cholesky @ normals))
    excess = ((weights * spots) @ growth - strike) / width
    return torch.exp(-rate * maturity) * width * F.softplus(excess, threshold=40).mean()


def primal(*market: Tensor) -> dict[str, Tensor]:
    """The price."""
    return {"price": price(*market)}


def gradient(*market: Tensor) -> dict[str, Tensor]:
    """Price, delta and vega."""
    (delta, vega), value = grad_and_value(price, (0, 1))(*market)
    return {"price": value, "delta": delta, "vega": vega}


def gradient_by_tape(spots: Tensor, volatilities: Tensor, *market: Tensor) -> dict[str, Tensor]:
    """The same without the bookkeeping of torch.func, which only a compiler takes away."""
    arguments = spots.detach().requires_grad_(), volatilities.detach().requires_grad_()
    value = price(*arguments, *market)
    delta, vega = torch.autograd.grad(value, arguments)
    return {"price": value.detach(), "delta": delta, "vega": vega}


def hessian(*market: Tensor) -> dict[str, Tensor]:
    """Gamma and cross gamma."""
    return {"gamma": jacrev(jacrev(price))(*market)}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of the task. Raises Unsupported where the mode or the precision does not exist, and for many paths."""
    if reason := problem.too_large(task):
        raise Unsupported(reason)
    data = torch_backend.tensors(problem.inputs(), device, precision)
    functions = {"primal": primal, "gradient": gradient_by_tape if mode == "eager" else gradient, "hessian": hessian}
    return torch_backend.Evaluation(
        functions[task],
        [data[name] for name in NAMES],
        mode=mode,
        device=device,
        precision=precision,
        inference=task == "primal",
    )
