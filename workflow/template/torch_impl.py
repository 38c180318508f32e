"""The dense layer in PyTorch: nn.Linear, mse_loss and the fused SGD."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.backends import Step, torch_backend
from bench.workloads.training.template.problem import LEARNING_RATE, Problem


def loss(model: nn.Module, x: Tensor, t: Tensor) -> Tensor:
    """The mean squared residual."""
    return functional.mse_loss(model(x), t)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the mode or precision does not exist."""
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    data = torch_backend.tensors(problem.inputs(), device, precision)
    model = torch_backend.place(nn.Linear(*problem.shape), problem.parameters(), device, precision)
    if task == "forward":
        return torch_backend.Evaluation(lambda x: {"output": model(x)}, (data["x"],), inference=True, **settings)
    batch = (data["x"], data["t"])
    if task == "gradient":
        return torch_backend.Gradient(model, loss, batch, **settings)
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, fused=True)
    steps = torch_backend.steps_per_call(problem, mode)
    return torch_backend.Training(model, loss, batch, optimizer, steps=steps, **settings)
