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
        query, key, value = self.split(inputs)
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=self.causal)
        return self.output(mixed.transpose(1, 2).flatten(-2))

    def split(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """Queries, keys and values, (batch, heads, length, width/heads) each."""
        return self.qkv(inputs).unflatten(-1, (3, self.heads, -1)).transpose(1, 3).unbind(2)


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


class Reader(nn.Module):
    """A GPT that keeps the keys and values of what it has read, in buffers of a fixed size."""

    places: Tensor

    def __init__(self, problem: Problem, model: nn.Module, device: str, kind: torch.dtype) -> None:
        super().__init__()
        self.model = model
        shape = (problem.batch, problem.heads, problem.length, problem.width // problem.heads)
        for name in (f"{part}_{layer}" for layer in range(problem.layers) for part in ("keys", "values")):
            self.register_buffer(name, torch.zeros(shape, dtype=kind, device=device), persistent=False)
        self.register_buffer("places", torch.arange(problem.length, device=device), persistent=False)

    def forward(self, tokens: Tensor, places: Tensor) -> Tensor:
        """Tokens (batch, n) at their places (n,) → scores of the token after the last, (batch, vocabulary)."""
        model: Any = self.model
        visible = places[:, None] >= self.places
        stream = model.tokens(tokens) + model.positions[places]
        for layer, block in enumerate(model.blocks):
            query, key, value = block.attention.split(block.attention_norm(stream))
            keys = self.get_buffer(f"keys_{layer}").index_copy_(2, places, key)
            values = self.get_buffer(f"values_{layer}").index_copy_(2, places, value)
            mixed = functional.scaled_dot_product_attention(query, keys, values, attn_mask=visible)
            stream = stream + block.attention.output(mixed.transpose(1, 2).flatten(-2))
            stream = stream + block.feedforward(block.feedforward_norm(stream))
        return functional.linear(model.norm(stream[:, -1]), model.tokens.weight)


def generation(problem: Problem, batch: tuple[Tensor, Tensor], *, mode: str, device: str, precision: str) -> Step:
    """A step of `generate`: the prompt at once, then one call for every token."""
    model = torch_backend.place(GPT(problem), problem.parameters(), device, precision)
    kind = torch.bfloat16 if precision == "bfloat16" else torch_backend.data_type(precision, device)
    reader = Reader(problem, model, device, kind)

    def one(scores: Tensor, token: Tensor, target: Tensor, place: Tensor) -> tuple[Tensor, Tensor]:
        token = torch.where(token >= 0, token, scores.argmax(-1))
        scores = reader(token[:, None], place)
        return scores, functional.cross_entropy(scores, target, reduction="none")

    begin, go_on = (
        torch_backend.compiled(torch_backend.mixed(function, device, precision), mode, device)
        for function in (reader, one)
    )
    places = torch.arange(problem.length, device=device)
    single = places[problem.prompt :].split(1)

    def generate(tokens: Tensor, targets: Tensor) -> dict[str, Tensor]:
        scores = begin(tokens[:, : problem.prompt], places[: problem.prompt])
        found = []
        for given in zip(tokens.T[problem.prompt :], targets.T[problem.prompt :], single, strict=True):
            scores, losses = go_on(scores, *given)
            found.append(losses)
        return {"output": torch.stack(found, 1)}

    settings: dict[str, Any] = {"mode": "eager", "device": device, "precision": "float32"}  # its parts are compiled
    return torch_backend.Evaluation(generate, batch, inference=True, **settings)


def losses(model: nn.Module, tokens: Tensor, targets: Tensor) -> Tensor:
    """Minus the log-probability of every target, (batch × length,); autocast computes it in float32."""
    return functional.cross_entropy(model(tokens).flatten(0, 1), targets.flatten(), reduction="none")


def loss(model: nn.Module, tokens: Tensor, targets: Tensor) -> Tensor:
    """Mean cross entropy in nats per byte."""
    return functional.cross_entropy(model(tokens).flatten(0, 1), targets.flatten())


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task. Raises Unsupported where the mode does not exist."""
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    data = torch_backend.tensors(problem.inputs(), device, precision)
    batch = (data["tokens"], data["targets"])
    if task == "generate":
        return generation(problem, batch, **settings)
    model = torch_backend.place(GPT(problem), problem.parameters(), device, precision)
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
