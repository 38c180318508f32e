"""GPT in PyTorch: scaled_dot_product_attention, the weights of the embedding tied, the fused AdamW."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.backends import Step, torch_backend
from bench.workloads.training.gpt.problem import BETAS, DECAY, EPSILON, NORM_EPSILON, TARGET, Problem


class Attention(nn.Module):
    """Attention in heads, (batch, length, width) → the same, with one product for queries, keys and values."""

    def __init__(self, width: int, heads: int, *, causal: bool) -> None:
        super().__init__()
        self.heads, self.causal = heads, causal
        self.qkv, self.output = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, inputs: Tensor) -> Tensor:
        """softmax(Q Kᵀ/√(width/heads)) V, projected."""
        query, key, value = self.qkv(inputs).unflatten(-1, (3, self.heads, -1)).transpose(1, 3).unbind(2)
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=self.causal)
        return self.output(mixed.transpose(1, 2).flatten(-2))


def feedforward(width: int, activation: nn.Module) -> nn.Sequential:
    """Two linear layers, 4 × width between them."""
    return nn.Sequential(nn.Linear(width, 4 * width), activation, nn.Linear(4 * width, width))


class Block(nn.Module):
    """One layer, (batch, length, width) → the same; the norms come first."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(problem.width, eps=NORM_EPSILON)
        self.attention = Attention(problem.width, problem.heads, causal=True)
        self.feedforward_norm = nn.LayerNorm(problem.width, eps=NORM_EPSILON)
        self.feedforward = feedforward(problem.width, nn.GELU(approximate="tanh"))

    def forward(self, stream: Tensor) -> Tensor:
        """The stream after both additions."""
        stream = stream + self.attention(self.attention_norm(stream))
        return stream + self.feedforward(self.feedforward_norm(stream))


class GPT(nn.Module):
    """Tokens (batch, length) → scores of the next ones, (batch, length, vocabulary)."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.tokens = nn.Embedding(problem.vocabulary, problem.width)
        self.positions = nn.Parameter(torch.empty(problem.length, problem.width))
        self.blocks = nn.Sequential(*(Block(problem) for _ in range(problem.layers)))
        self.norm = nn.LayerNorm(problem.width, eps=NORM_EPSILON)

    def forward(self, tokens: Tensor) -> Tensor:
        """The scores; under autocast in bfloat16, from a float32 stream."""
        stream = self.blocks(self.tokens(tokens) + self.positions)
        return functional.linear(self.norm(stream), self.tokens.weight)


def losses(model: nn.Module, tokens: Tensor, targets: Tensor) -> Tensor:
    """Minus the log-probability of every target, (batch × length,); autocast computes it in float32."""
    return functional.cross_entropy(model(tokens).flatten(0, 1), targets.flatten(), reduction="none")


def loss(model: nn.Module, tokens: Tensor, targets: Tensor) -> Tensor:
    """Mean cross entropy in nats per byte."""
    return functional.cross_entropy(model(tokens).flatten(0, 1), targets.flatten())


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward`, `gradient` or `target`. Raises Unsupported where the mode does not exist."""
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    data = torch_backend.tensors(problem.inputs(), device, precision)
    model = torch_backend.place(GPT(problem), problem.parameters(), device, precision)
    batch = (data["tokens"], data["targets"])
    if task == "forward":

        def score(tokens: Tensor, targets: Tensor) -> dict[str, Tensor]:
            return {"output": losses(model, tokens, targets).view_as(targets)}

        return torch_backend.Evaluation(score, batch, inference=True, **settings)
    if task == "gradient":
        return torch_backend.Gradient(model, loss, batch, **settings)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=problem.rate, betas=BETAS, eps=EPSILON, weight_decay=DECAY, fused=True
    )
    training = torch_backend.Training(model, loss, batch, optimizer, **settings)
    if task == "train":
        return training
    held_out = [torch_backend.tensor(part, device, precision) for part in problem.validation()]
    return torch_backend.Course(
        training,
        problem.course,
        lambda model: loss(model, *held_out),
        TARGET[problem.size]["every"],
        precision=precision,
    )
