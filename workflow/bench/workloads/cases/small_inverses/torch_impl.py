"""Inverses of small matrices in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.small_inverses.problem import Problem


def inverses(x: Tensor) -> dict[str, Tensor]:
    """Y."""
    return {"output": torch.linalg.inv(x)}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    x = torch_backend.tensors(problem.inputs(), device, precision)["x"]
    return torch_backend.Evaluation(inverses, (x,), mode=mode, device=device, precision=precision, inference=True)
