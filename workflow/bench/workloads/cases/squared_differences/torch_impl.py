"""Gradient of squared differences in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.squared_differences.problem import Problem


def differentiated(x: Tensor) -> dict[str, Tensor]:
    """v and its gradient."""
    value = torch.zeros((), dtype=x.dtype, device=x.device)
    for axis in range(3):
        value = value + torch.diff(x, dim=axis).square().sum()
    (slope,) = torch.autograd.grad(value, x)
    return {"value": value.detach(), "gradient": slope}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    x = torch_backend.tensors(problem.inputs(), device, precision)["x"].requires_grad_()
    return torch_backend.Evaluation(
        differentiated, (x,), mode=mode, device=device, precision=precision, inference=False
    )
