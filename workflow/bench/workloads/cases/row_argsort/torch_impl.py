"""The order of rows in PyTorch: torch.argsort."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.row_argsort.problem import Problem


def order(x: Tensor) -> dict[str, Tensor]:
    """o."""
    return {"output": torch.argsort(x, dim=1)}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    x = torch_backend.tensors(problem.inputs(), device, precision)["x"]
    return torch_backend.Evaluation(order, (x,), mode=mode, device=device, precision=precision, inference=True)
