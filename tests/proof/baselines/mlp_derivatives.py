"""The perceptron's derivatives as most people write them: a list of layers and the transforms of each framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor

NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")


def torch_loss(p: tuple[Tensor, ...], x: Tensor, t: Tensor) -> Tensor:
    """Half the squared error, averaged over the samples."""
    W1, b1, W2, b2, W3, b3 = p
    y = torch.tanh(torch.tanh(x @ W1 + b1) @ W2 + b2) @ W3 + b3
    return ((y - t) ** 2).sum(-1).mean() / 2


def torch_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of `primal`, `gradient`, `hvp` or `per_sample`."""
    data = {name: torch.tensor(value) for name, value in problem.inputs().items()}
    p, v = (tuple(data[f"{prefix}{name}"] for name in NAMES) for prefix in ("", "v."))

    def gradient(p: tuple[Tensor, ...], x: Tensor, t: Tensor) -> tuple:
        leaves = [value.detach().requires_grad_() for value in p]
        value = torch_loss(leaves, x, t)
        return value, torch.autograd.grad(value, leaves)

    def hvp(p: tuple[Tensor, ...], x: Tensor, t: Tensor) -> tuple:
        return torch.func.jvp(lambda q: torch.func.grad(torch_loss)(q, x, t), (p,), (v,))[1]

    per_sample = torch.func.vmap(torch.func.grad(torch_loss), (None, 0, 0))
    return {"primal": torch_loss, "gradient": gradient, "hvp": hvp, "per_sample": per_sample}[task], (
        p, data["x"], data["t"])


def jax_loss(p: list[jax.Array], x: jax.Array, t: jax.Array) -> jax.Array:
    """Half the squared error, averaged over the samples."""
    W1, b1, W2, b2, W3, b3 = p
    y = jnp.tanh(jnp.tanh(x @ W1 + b1) @ W2 + b2) @ W3 + b3
    return jnp.mean(jnp.sum((y - t) ** 2, -1)) / 2


def jax_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of `primal`, `gradient`, `hvp` or `per_sample`."""
    data = {name: jnp.asarray(value) for name, value in problem.inputs().items()}
    p, v = ([data[f"{prefix}{name}"] for name in NAMES] for prefix in ("", "v."))

    def hvp(p: list[jax.Array], x: jax.Array, t: jax.Array, v: list[jax.Array]) -> Any:
        return jax.jvp(lambda q: jax.grad(jax_loss)(q, x, t), (p,), (v,))[1]

    functions = {"primal": jax_loss, "gradient": jax.value_and_grad(jax_loss), "hvp": hvp,
                 "per_sample": jax.vmap(jax.grad(jax_loss), (None, 0, 0))}
    return functions[task], (p, data["x"], data["t"], v) if task == "hvp" else (p, data["x"], data["t"])
