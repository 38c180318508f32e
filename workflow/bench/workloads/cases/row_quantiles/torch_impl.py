"""Quantiles of rows in PyTorch: torch.quantile."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.row_quantiles.problem import PARTS, Problem


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    x = torch_backend.tensors(problem.inputs(), device, precision)["x"]
    parts = torch.tensor(PARTS, dtype=x.dtype, device=x.device)

    def quantiles(x: Tensor) -> dict[str, Tensor]:
        return {"output": torch.quantile(x, parts, dim=1).T}

    return torch_backend.Evaluation(quantiles, (x,), mode=mode, device=device, precision=precision, inference=True)
