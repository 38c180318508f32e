"""A loop that fills an array in PyTorch: Python over a list."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step
from bench.workloads.cases.array_filled_in_a_loop.problem import Problem
from bench.workloads.cases.forms.single_torch import evaluation


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    steps = problem.setting["steps"]

    def gradient(x: Tensor) -> dict[str, Tensor]:
        rows = [x]
        for _ in range(steps):
            rows.append(torch.sin(rows[-1]))
        value = torch.stack(rows)[-1].square().sum() / 2
        (slope,) = torch.autograd.grad(value, x)
        return {"value": value.detach(), "gradient": slope}

    return evaluation(gradient, problem.inputs().values(), mode, device, precision, differentiates=True)
