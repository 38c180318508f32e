"""The DNA network as most people write it: nn.Sequential of PyTorch's one-dimensional modules; flax.linen for JAX."""

from __future__ import annotations

from typing import Any

import flax.linen
import jax
import jax.numpy as jnp
import numpy as np
import optax
import torch
from torch import Tensor, nn
from torch.nn import functional


def torch_baseline(problem: Any) -> tuple[nn.Module, Any, tuple[Tensor, ...], torch.optim.Optimizer]:
    """(model, loss, batch, optimizer): Conv1d, MaxPool1d and AdaptiveMaxPool1d, channels before places."""
    filters, (first, second) = problem.settings["filters"], problem.settings["widths"]
    model = nn.Sequential(
        nn.Conv1d(4, filters, first, padding="same"),
        nn.ReLU(),
        nn.MaxPool1d(4),
        nn.Conv1d(filters, 2 * filters, second, padding="same"),
        nn.ReLU(),
        nn.AdaptiveMaxPool1d(1),
        nn.Flatten(),
        nn.Linear(2 * filters, filters),
        nn.ReLU(),
        nn.Linear(filters, 1),
        nn.Flatten(0),
    )
    inputs = {name: torch.tensor(value, dtype=torch.float32) for name, value in problem.inputs().items()}

    def loss(model: nn.Module, sequences: Tensor, labels: Tensor) -> Tensor:
        return functional.binary_cross_entropy_with_logits(model(sequences), labels)

    batch = (inputs["sequences"].transpose(1, 2).contiguous(), inputs["labels"])
    return model, loss, batch, torch.optim.Adam(model.parameters(), lr=1e-3)


class Network(flax.linen.Module):
    """Convolution, maximum, convolution, maximum, two linear layers."""

    filters: int
    widths: tuple[int, int]

    @flax.linen.compact
    def __call__(self, sequences: jax.Array) -> jax.Array:
        """Logits (batch,) of sequences (batch, length, 4)."""
        first = flax.linen.relu(flax.linen.Conv(self.filters, (self.widths[0],))(sequences))
        first = flax.linen.max_pool(first, (4,), (4,))
        second = flax.linen.relu(flax.linen.Conv(2 * self.filters, (self.widths[1],))(first)).max(axis=1)
        return flax.linen.Dense(1)(flax.linen.relu(flax.linen.Dense(self.filters)(second)))[:, 0]


def jax_baseline(problem: Any) -> tuple[Any, Any, tuple[jax.Array, ...], optax.GradientTransformation]:
    """(loss, parameters, batch, optimizer): flax's Conv, max_pool and Dense."""
    inputs = problem.inputs()
    batch = tuple(jnp.asarray(inputs[name], dtype=np.float32) for name in ("sequences", "labels"))
    model = Network(problem.settings["filters"], problem.settings["widths"])

    def loss(parameters: Any, sequences: jax.Array, labels: jax.Array) -> jax.Array:
        return optax.sigmoid_binary_cross_entropy(model.apply(parameters, sequences), labels).mean()

    return loss, model.init(jax.random.key(0), batch[0]), batch, optax.adam(1e-3)
