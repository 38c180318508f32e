"""The character model as most people write it: nn.LSTM, the batch first; flax.linen's RNN over OptimizedLSTMCell."""

from __future__ import annotations

from typing import Any

import flax.linen
import jax
import jax.numpy as jnp
import optax
import torch
from torch import Tensor, nn
from torch.nn import functional

VOCABULARY = 128


class TorchNetwork(nn.Module):
    """Embedding, nn.LSTM with two layers, linear layer."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, width)
        self.lstm = nn.LSTM(width, width, num_layers=2, batch_first=True)
        self.output = nn.Linear(width, VOCABULARY)

    def forward(self, characters: Tensor) -> Tensor:
        """Scores (batch, steps, 128) of characters (batch, steps)."""
        return self.output(self.lstm(self.embedding(characters))[0])


def torch_baseline(problem: Any) -> tuple[nn.Module, Any, tuple[Tensor, ...], torch.optim.Optimizer]:
    """(model, loss, batch, optimizer): the optimiser as torch.optim makes it by default."""
    found, model = problem.inputs(), TorchNetwork(problem.width)

    def loss(model: nn.Module, characters: Tensor, targets: Tensor) -> Tensor:
        return functional.cross_entropy(model(characters).transpose(1, 2), targets)

    batch = tuple(torch.tensor(found[name].T.copy()) for name in ("characters", "targets"))
    return model, loss, batch, torch.optim.Adam(model.parameters(), lr=2e-3)


class FlaxNetwork(flax.linen.Module):
    """Embedding, two layers of OptimizedLSTMCell in flax's RNN, linear layer."""

    width: int

    @flax.linen.compact
    def __call__(self, characters: jax.Array) -> jax.Array:
        """Scores (batch, steps, 128) of characters (batch, steps)."""
        hidden = flax.linen.Embed(VOCABULARY, self.width)(characters)
        for _ in range(2):
            hidden = flax.linen.RNN(flax.linen.OptimizedLSTMCell(self.width))(hidden)
        return flax.linen.Dense(VOCABULARY)(hidden)


def jax_baseline(problem: Any) -> tuple[Any, Any, tuple[jax.Array, ...], optax.GradientTransformation]:
    """(loss, parameters, batch, optimizer); the cells have one bias of the two that the others keep."""
    found, model = problem.inputs(), FlaxNetwork(problem.width)
    batch = tuple(jnp.asarray(found[name].T, dtype=jnp.int32) for name in ("characters", "targets"))

    def loss(parameters: Any, characters: jax.Array, targets: jax.Array) -> jax.Array:
        scores = model.apply(parameters, characters)
        return optax.softmax_cross_entropy_with_integer_labels(scores, targets).mean()

    return loss, model.init(jax.random.key(0), batch[0]), batch, optax.adam(2e-3)
