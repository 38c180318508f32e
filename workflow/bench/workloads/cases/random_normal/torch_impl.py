"""Normal random numbers in PyTorch."""

from __future__ import annotations

import torch

from bench.backends import Step, torch_backend
from bench.workloads.cases.forms.moments_torch import step
from bench.workloads.cases.random_normal.problem import Problem


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    kind = torch_backend.data_type(precision, device)
    draws = problem.setting["draws"]

    def draw() -> torch.Tensor:
        return torch.randn(draws, dtype=kind, device=device)

    return step(problem, draw, mode, device, precision)
