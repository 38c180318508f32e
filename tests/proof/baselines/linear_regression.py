"""Linear regression as most people write it: nn.Linear and SGD; flax.linen and optax.sgd for JAX."""

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
    model = nn.Linear(problem.features, 1)
    batch = tuple(torch.tensor(problem.inputs()[name], dtype=torch.float32) for name in ("x", "t"))

    def loss(model: nn.Module, x: Tensor, t: Tensor) -> Tensor:
        return functional.mse_loss(model(x), t)

    return model, loss, batch, torch.optim.SGD(model.parameters(), lr=0.01)


def jax_baseline(problem: Any) -> tuple[Any, Any, tuple[jax.Array, ...], optax.GradientTransformation]:
    """(loss, parameters, batch, optimizer)."""
    model = flax.linen.Dense(1)
    batch = tuple(jnp.asarray(problem.inputs()[name], dtype=jnp.float32) for name in ("x", "t"))

    def loss(parameters: Any, x: jax.Array, t: jax.Array) -> jax.Array:
        found: Any = model.apply(parameters, x)
        return jnp.mean((found - t) ** 2)

    return loss, model.init(jax.random.key(0), batch[0]), batch, optax.sgd(0.01)
