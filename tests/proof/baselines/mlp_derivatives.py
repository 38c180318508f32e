"""The perceptron's derivatives as most people write them: a list of layers and the transforms of each framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor

NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")
Torch, Jax = tuple[Tensor, ...], list[jax.Array]


def torch_network(p: Torch, x: Tensor) -> Tensor:
    """The outputs, of one sample or of many."""
    W1, b1, W2, b2, W3, b3 = p
    return torch.tanh(torch.tanh(x @ W1 + b1) @ W2 + b2) @ W3 + b3


def torch_loss(p: Torch, x: Tensor, t: Tensor) -> Tensor:
    """Half the squared error, averaged over the samples."""
    return ((torch_network(p, x) - t) ** 2).sum(-1).mean() / 2


def torch_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of any task but the loops."""
    data = {name: torch.tensor(value) for name, value in problem.inputs().items()}
    p, v = (tuple(data[f"{prefix}{name}"] for name in NAMES) for prefix in ("", "v."))
    x, t, u = data["x"], data["t"], data["u"]

    def gradient(p: Torch, x: Tensor, t: Tensor) -> Any:
        leaves = [value.detach().requires_grad_() for value in p]
        value = torch_loss(tuple(leaves), x, t)
        return value, torch.autograd.grad(value, leaves)

    def jvp(p: Torch, x: Tensor) -> Any:
        return torch.func.jvp(lambda q: torch_network(q, x), (p,), (v,))

    def vjp(p: Torch, x: Tensor) -> Any:
        leaves = [value.detach().requires_grad_() for value in p]
        y = torch_network(tuple(leaves), x)
        return y, torch.autograd.grad(y, leaves, u)

    def hessian(p: Torch, x: Tensor, t: Tensor) -> Any:
        return torch.func.hessian(lambda b: torch_loss((p[0], b, *p[2:]), x, t))(p[1])

    def hvp(p: Torch, x: Tensor, t: Tensor) -> Any:
        return torch.func.jvp(lambda q: torch.func.grad(torch_loss)(q, x, t), (p,), (v,))[1]

    found: dict[str, tuple[Callable, tuple]] = {
        "primal": (torch_loss, (p, x, t)),
        "gradient": (gradient, (p, x, t)),
        "jvp": (jvp, (p, x)),
        "vjp": (vjp, (p, x)),
        "hessian": (hessian, (p, x, t)),
        "hvp": (hvp, (p, x, t)),
        "jacobian_forward": (torch.func.vmap(torch.func.jacfwd(torch_network, 1), (None, 0)), (p, x)),
        "jacobian_reverse": (torch.func.vmap(torch.func.jacrev(torch_network, 1), (None, 0)), (p, x)),
        "per_sample": (torch.func.vmap(torch.func.grad(torch_loss), (None, 0, 0)), (p, x, t)),
    }
    return found[task]


def jax_network(p: Jax, x: jax.Array) -> jax.Array:
    """The outputs, of one sample or of many."""
    W1, b1, W2, b2, W3, b3 = p
    return jnp.tanh(jnp.tanh(x @ W1 + b1) @ W2 + b2) @ W3 + b3


def jax_loss(p: Jax, x: jax.Array, t: jax.Array) -> jax.Array:
    """Half the squared error, averaged over the samples."""
    return jnp.mean(jnp.sum((jax_network(p, x) - t) ** 2, -1)) / 2


def jax_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of any task but the loops."""
    data = {name: jnp.asarray(value) for name, value in problem.inputs().items()}
    p, v = ([data[f"{prefix}{name}"] for name in NAMES] for prefix in ("", "v."))
    x, t, u = data["x"], data["t"], data["u"]

    def jvp(p: Jax, v: Jax, x: jax.Array) -> Any:
        return jax.jvp(lambda q: jax_network(q, x), (p,), (v,))

    def vjp(p: Jax, u: jax.Array, x: jax.Array) -> Any:
        y, pull = jax.vjp(lambda q: jax_network(q, x), p)
        return y, pull(u)

    def hessian(p: Jax, x: jax.Array, t: jax.Array) -> Any:
        return jax.hessian(lambda b: jax_loss([p[0], b, *p[2:]], x, t))(p[1])

    def hvp(p: Jax, v: Jax, x: jax.Array, t: jax.Array) -> Any:
        return jax.jvp(lambda q: jax.grad(jax_loss)(q, x, t), (p,), (v,))[1]

    found: dict[str, tuple[Callable, tuple]] = {
        "primal": (jax_loss, (p, x, t)),
        "gradient": (jax.value_and_grad(jax_loss), (p, x, t)),
        "jvp": (jvp, (p, v, x)),
        "vjp": (vjp, (p, u, x)),
        "hessian": (hessian, (p, x, t)),
        "hvp": (hvp, (p, v, x, t)),
        "jacobian_forward": (jax.vmap(jax.jacfwd(jax_network, 1), (None, 0)), (p, x)),
        "jacobian_reverse": (jax.vmap(jax.jacrev(jax_network, 1), (None, 0)), (p, x)),
        "per_sample": (jax.vmap(jax.grad(jax_loss), (None, 0, 0)), (p, x, t)),
    }
    return found[task]
