"""The perceptron as most people write it: nn.Sequential and Adam; flax.linen and optax.adam for JAX."""

from __future__ import annotations

from typing import Any

import flax.linen
import jax
import jax.numpy as jnp
import optax
import torch
from torch import Tensor, nn
from torch.nn import functional


def torch_baseline(problem: Any) -> tuple[nn.Module, Any, tuple[Tensor, ...], torch.optim.Optimizer]:
    """(model, loss, batch, optimizer)."""
    model = nn.Sequential(
        nn.Linear(64, problem.width),
        nn.GELU(),
        nn.Linear(problem.width, problem.width),
        nn.GELU(),
        nn.Linear(problem.width, 10),
    )
    inputs = problem.inputs()
    batch = torch.tensor(inputs["images"], dtype=torch.float32), torch.tensor(inputs["labels"], dtype=torch.int64)

    def loss(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        return functional.cross_entropy(model(images), labels)

    return model, loss, batch, torch.optim.Adam(model.parameters(), lr=1e-3)


class Network(flax.linen.Module):
    """64 → width → width → 10 with the exact GELU."""

    width: int

    @flax.linen.compact
    def __call__(self, images: jax.Array) -> jax.Array:
        """Scores (batch, 10)."""
        for _ in range(2):
            images = flax.linen.gelu(flax.linen.Dense(self.width)(images), approximate=False)
        return flax.linen.Dense(10)(images)


def jax_baseline(problem: Any) -> tuple[Any, Any, tuple[jax.Array, ...], optax.GradientTransformation]:
    """(loss, parameters, batch, optimizer)."""
    inputs, model = problem.inputs(), Network(problem.width)
    batch = jnp.asarray(inputs["images"], dtype=jnp.float32), jnp.asarray(inputs["labels"], dtype=jnp.int32)

    def loss(parameters: Any, images: jax.Array, labels: jax.Array) -> jax.Array:
        scores: Any = model.apply(parameters, images)
        return optax.softmax_cross_entropy_with_integer_labels(scores, labels).mean()

    return loss, model.init(jax.random.key(0), batch[0]), batch, optax.adam(1e-3)
