"""Mish in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import softplus

from bench.backends import Step, torch_backend
from bench.workloads.cases.mish.problem import Problem


def mish(x: Tensor) -> dict[str, Tensor]:
    """y, as the report has it."""
    return {"output": x * torch.tanh(softplus(x))}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    x = torch_backend.tensors(problem.inputs(), device, precision)["x"]
    return torch_backend.Evaluation(mish, (x,), mode=mode, device=device, precision=precision, inference=True)
