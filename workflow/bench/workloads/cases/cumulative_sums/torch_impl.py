"""Running sums in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.cumulative_sums.problem import Problem


def sums(x: Tensor) -> dict[str, Tensor]:
    """y."""
    return {"output": torch.cumsum(x, dim=0)}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    x = torch_backend.tensors(problem.inputs(), device, precision)["x"]
    return torch_backend.Evaluation(sums, (x,), mode=mode, device=device, precision=precision, inference=True)
