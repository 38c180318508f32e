"""The model in PyTorch: any torch.nn.Module, its loss and its optimiser."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.backends import torch_models

from .problem import CLASSES, LEARNING_RATE


class Model(nn.Module):
    """features → width → classes, with a ReLU between."""

    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(features, width)
        self.out = nn.Linear(width, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """Scores, shape (batch, classes)."""
        scores: Tensor = self.out(functional.relu(self.hidden(x)))
        return scores


def loss(model: nn.Module, x: Tensor, labels: Tensor) -> Tensor:
    """Mean cross entropy."""
    return functional.cross_entropy(model(x), labels)


def model(problem: Any) -> Model:
    """The model of a size."""
    return Model(problem.settings["features"], problem.settings["width"])


build = torch_models.workload(
    model, loss, optimizer=lambda parameters: torch.optim.Adam(parameters, lr=LEARNING_RATE, fused=True)
)
