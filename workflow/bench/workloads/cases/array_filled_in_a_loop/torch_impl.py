"""A loop that fills an array in PyTorch: Python over a list."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.array_filled_in_a_loop.problem import Problem


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

    x = torch_backend.tensors(problem.inputs(), device, precision)["x"].requires_grad_()
    return torch_backend.Evaluation(gradient, (x,), mode=mode, device=device, precision=precision)
