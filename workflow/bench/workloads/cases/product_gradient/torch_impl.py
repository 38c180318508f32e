"""Gradient of running products in PyTorch: by autograd, and by sums from behind."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.product_gradient.problem import Problem


def differentiated(x: Tensor) -> dict[str, Tensor]:
    """v and its gradient by autograd."""
    value = torch.cumprod(x, dim=1).sum()
    (slope,) = torch.autograd.grad(value, x)
    return {"value": value.detach(), "gradient": slope}


def by_sums(x: Tensor) -> dict[str, Tensor]:
    """v and its gradient: what was multiplied, summed from behind."""
    products = torch.cumprod(x, dim=1)
    behind = products.flip(1).cumsum(1).flip(1)
    return {"value": products.sum(), "gradient": behind / x}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)
    x = torch_backend.tensors(problem.inputs(), device, precision)["x"].requires_grad_(not expert)
    return torch_backend.Evaluation(
        by_sums if expert else differentiated, (x,), mode=mode, device=device, precision=precision, inference=expert
    )
