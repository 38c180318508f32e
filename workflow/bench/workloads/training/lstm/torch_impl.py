"""The LSTM in PyTorch: nn.LSTM (cuDNN's on CUDA, oneDNN's on the CPU) and the fused Adam."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.backends import Step, torch_backend
from bench.workloads.training.lstm.problem import (
    BETA1,
    BETA2,
    EPSILON,
    LAYERS,
    LEARNING_RATE,
    VOCABULARY,
    Problem,
)


class Network(nn.Module):
    """Embedding, two LSTM layers, linear layer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, problem.width)
        self.lstm = nn.LSTM(problem.width, problem.width, LAYERS)
        self.output = nn.Linear(problem.width, VOCABULARY)

    def forward(self, characters: Tensor) -> Tensor:
        """Scores of the next character, (steps, batch, 128), of characters (steps, batch)."""
        return self.output(self.lstm(self.embedding(characters))[0])


def loss(model: nn.Module, characters: Tensor, targets: Tensor) -> Tensor:
    """Mean cross entropy; autocast computes it in float32."""
    return functional.cross_entropy(model(characters).flatten(0, 1), targets.flatten())


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the mode or precision does not exist."""
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    data = torch_backend.tensors(problem.inputs(), device, precision)
    model = torch_backend.place(Network(problem), problem.parameters(), device, precision)
    if task == "forward":
        return torch_backend.Evaluation(lambda characters: {"output": model(characters)}, (data["characters"],),
                                        inference=True, **settings)
    batch = (data["characters"], data["targets"])
    if task == "gradient":
        return torch_backend.Gradient(model, loss, batch, **settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True)
    return torch_backend.Training(model, loss, batch, optimizer, **settings)
