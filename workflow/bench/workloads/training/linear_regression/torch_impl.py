"""Linear regression in PyTorch: nn.Linear, mse_loss and the fused SGD."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.backends import Step, torch_backend
from bench.workloads.training.linear_regression.problem import EPOCHS, LEARNING_RATE, Problem


def loss(model: nn.Module, x: Tensor, t: Tensor) -> Tensor:
    """Mean squared residual; autocast keeps it in float32."""
    return functional.mse_loss(model(x), t)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `fit` or `gradient`. Raises Unsupported where the mode or precision does not exist."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    model = torch_backend.place(nn.Linear(problem.features, 1), problem.parameters(), device, precision)
    batch = (data["x"], data["t"])
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    if task == "gradient":
        return torch_backend.Gradient(model, loss, batch, **settings)
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, fused=True)
    if task == "fit":
        return torch_backend.Fit(
            model,
            loss,
            batch,
            optimizer,
            epochs=EPOCHS,
            **settings,
            further=lambda model: {"prediction": model(data["query"])},
        )
    steps = torch_backend.steps_per_call(problem, mode)
    return torch_backend.Training(model, loss, batch, optimizer, steps=steps, **settings)
