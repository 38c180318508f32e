"""The DNA network in PyTorch: channels-last convolutions of height 1 and the fused Adam."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.backends import Step, torch_backend
from bench.workloads.training.by_hand.adam import BETA1, BETA2, EPSILON
from bench.workloads.training.dna_cnn.problem import LEARNING_RATE, POOL, Problem


def strongest(x: Tensor) -> Tensor:
    """The maximum over every 4 places, as maxima of pairs, which the compiler makes part of what is around."""
    pairs = torch.maximum(x[..., ::2], x[..., 1::2])
    return torch.maximum(pairs[..., ::2], pairs[..., 1::2])


class Network(nn.Module):
    """Convolution, maximum, convolution, maximum, two linear layers; `pairs` says how the maximum is taken."""

    def __init__(self, problem: Problem, pairs: bool) -> None:
        super().__init__()
        self.pairs = pairs
        self.first, self.second = (
            nn.Conv2d(inputs, outputs, (1, width), padding=(0, width // 2))
            for _, width, inputs, outputs in (problem.shapes()[layer] for layer in ("first", "second"))
        )
        self.hidden, self.output = (
            nn.Linear(inputs, outputs)
            for inputs, outputs in (problem.shapes()[layer] for layer in ("hidden", "output"))
        )

    def forward(self, sequences: Tensor) -> Tensor:
        """Logits (batch,) of sequences (batch, 4, 1, length)."""
        found = self.first(sequences)
        first = strongest(found).relu() if self.pairs else functional.max_pool2d(found, (1, POOL)).relu()
        second = self.second(first).amax((2, 3)).relu()
        return self.output(self.hidden(second).relu()).squeeze(1)


def loss(model: nn.Module, sequences: Tensor, labels: Tensor) -> Tensor:
    """Mean binary cross entropy, in the type of the labels."""
    return functional.binary_cross_entropy_with_logits(model(sequences).to(labels.dtype), labels)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the mode or precision does not exist."""
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    data = torch_backend.tensors(problem.inputs(), device, precision)
    # (batch, length, 4) in memory is what channels last means: the permuted view is in that format already.
    sequences = data["sequences"].transpose(1, 2).unsqueeze(2).contiguous(memory_format=torch.channels_last)
    model = torch_backend.place(Network(problem, mode != "eager"), problem.parameters(), device, precision)
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # a keyword that torch takes
    if task == "forward":
        return torch_backend.Evaluation(
            lambda sequences: {"output": model(sequences)}, (sequences,), inference=True, **settings
        )
    batch = (sequences, data["labels"])
    if task == "gradient":
        return torch_backend.Gradient(model, loss, batch, **settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True)
    return torch_backend.Training(model, loss, batch, optimizer, **settings)
