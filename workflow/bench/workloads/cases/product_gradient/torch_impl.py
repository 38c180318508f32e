"""Gradient of running products in PyTorch: by autograd, and by sums from behind."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.forms.single_torch import evaluation
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
    function = by_sums if expert else differentiated
    return evaluation(function, problem.inputs().values(), mode, device, precision, differentiates=not expert)
