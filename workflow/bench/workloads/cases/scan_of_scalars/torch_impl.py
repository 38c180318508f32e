"""The loop in PyTorch: Python over one tensor."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.scan_of_scalars.problem import Problem

Outputs = dict[str, Tensor]


def gradient(a: Tensor, b: Tensor, drive: Tensor) -> Outputs:
    """v and its gradient."""
    states = torch.zeros_like(a)
    for value in drive:
        states = torch.tanh(a * states + b * states.roll(1) + value)
    value = states.square().sum() / 2
    slopes = torch.autograd.grad(value, (a, b))
    return {"value": value.detach(), "gradient.a": slopes[0], "gradient.b": slopes[1]}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    data = torch_backend.tensors(problem.parameters() | problem.inputs(), device, precision)
    arguments = (data["a"].requires_grad_(), data["b"].requires_grad_(), data["drive"])
    return torch_backend.Evaluation(gradient, arguments, mode=mode, device=device, precision=precision)
