"""The LSTM in PyTorch: nn.LSTM (cuDNN's on CUDA, oneDNN's on the CPU), a compiled head and the fused Adam."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.backends import Step, torch_backend
from bench.workloads.training.by_hand.adam import BETA1, BETA2, EPSILON
from bench.workloads.training.lstm.problem import LAYERS, LEARNING_RATE, VOCABULARY, Problem


class Network(nn.Module):
    """Embedding, two LSTM layers, linear layer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, problem.width)
        self.lstm = nn.LSTM(problem.width, problem.width, LAYERS)
        self.output: nn.Module = nn.Linear(problem.width, VOCABULARY)

    def forward(self, characters: Tensor) -> Tensor:
        """Hidden states of the last layer, (steps, batch, width), of characters (steps, batch)."""
        embedded = self.embedding(characters)
        if not torch.is_autocast_enabled(embedded.device.type):
            return self.lstm(embedded)[0]
        # Autocast runs cuDNN's LSTM in float16, whatever type it was asked for; so it is cast here.
        with torch.autocast(embedded.device.type, enabled=False):
            weights = [weight.bfloat16() for layer in self.lstm.all_weights for weight in layer]
            zero = embedded.new_zeros((LAYERS, *embedded.shape[1:]), dtype=torch.bfloat16)
            return torch.lstm(
                embedded.bfloat16(), (zero, zero), weights, True, LAYERS, 0.0, self.training, False, False
            )[0]


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the mode or precision does not exist."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    model = Network(problem)
    torch_backend.place(model, problem.parameters(), device, precision)

    def cross_entropy(hidden: Tensor, targets: Tensor) -> Tensor:
        return functional.cross_entropy(model.output(hidden).flatten(0, 1), targets.flatten())

    # The compiler takes no nn.LSTM into its graphs: the compiled modes compile what follows it, and the rest is eager.
    settings: dict[str, Any] = {"mode": "eager", "device": device, "precision": precision}
    if task == "forward":
        output = torch_backend.compiled(model.output, mode, device)
        return torch_backend.Evaluation(
            lambda characters: {"output": output(model(characters))}, (data["characters"],), inference=True, **settings
        )
    head = torch_backend.compiled(cross_entropy, mode, device)

    def loss(_: nn.Module, characters: Tensor, targets: Tensor) -> Tensor:
        return head(model(characters), targets)

    batch = (data["characters"], data["targets"])
    if task == "gradient":
        return torch_backend.Gradient(model, loss, batch, **settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True)
    return torch_backend.Training(model, loss, batch, optimizer, **settings)
