"""BERT in PyTorch: scaled_dot_product_attention, the head on the masked positions alone, the fused AdamW."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.backends import Step, torch_backend
from bench.workloads.training.bert.problem import BETAS, DECAY, EPSILON, NORM_EPSILON, RATE, Problem
from bench.workloads.training.gpt.torch_impl import Attention, feedforward


class Block(nn.Module):
    """One layer, (batch, length, width) → the same; the norms come last."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.attention = Attention(problem.width, problem.heads, causal=False)
        self.attention_norm = nn.LayerNorm(problem.width, eps=NORM_EPSILON)
        self.feedforward = feedforward(problem.width, nn.GELU())
        self.feedforward_norm = nn.LayerNorm(problem.width, eps=NORM_EPSILON)

    def forward(self, stream: Tensor) -> Tensor:
        """The stream after both additions, each normalised."""
        stream = self.attention_norm(stream + self.attention(stream))
        return self.feedforward_norm(stream + self.feedforward(stream))


class BERT(nn.Module):
    """Tokens (batch, length) and positions (masked,) → scores at those positions, (masked, vocabulary)."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.tokens = nn.Embedding(problem.vocabulary, problem.width)
        self.positions = nn.Parameter(torch.empty(problem.length, problem.width))
        self.norm = nn.LayerNorm(problem.width, eps=NORM_EPSILON)
        self.blocks = nn.Sequential(*(Block(problem) for _ in range(problem.layers)))
        self.head = nn.Linear(problem.width, problem.width)
        self.head_norm = nn.LayerNorm(problem.width, eps=NORM_EPSILON)
        self.bias = nn.Parameter(torch.empty(problem.vocabulary))

    def forward(self, tokens: Tensor, positions: Tensor) -> Tensor:
        """The scores; under autocast in bfloat16, from a float32 stream."""
        stream = self.blocks(self.norm(self.tokens(tokens) + self.positions))
        rows = stream.flatten(0, 1).index_select(0, positions)
        return functional.linear(self.head_norm(functional.gelu(self.head(rows))), self.tokens.weight, self.bias)


def losses(model: nn.Module, tokens: Tensor, positions: Tensor, targets: Tensor) -> Tensor:
    """Minus the log-probability at every masked position, (masked,); autocast computes it in float32."""
    return functional.cross_entropy(model(tokens, positions), targets, reduction="none")


def loss(model: nn.Module, tokens: Tensor, positions: Tensor, targets: Tensor) -> Tensor:
    """Mean cross entropy over the masked positions."""
    return functional.cross_entropy(model(tokens, positions), targets)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the mode or precision does not exist."""
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    data = torch_backend.tensors(problem.inputs(), device, precision)
    model = torch_backend.place(BERT(problem), problem.parameters(), device, precision)
    batch = (data["tokens"], data["positions"], data["targets"])
    if task == "forward":
        return torch_backend.Evaluation(
            lambda *batch: {"output": losses(model, *batch)}, batch, inference=True, **settings
        )
    if task == "gradient":
        return torch_backend.Gradient(model, loss, batch, **settings)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, betas=BETAS, eps=EPSILON, weight_decay=DECAY, fused=True)
    return torch_backend.Training(model, loss, batch, optimizer, **settings)
