"""The chained Rosenbrock function as the textbook writes it, with the plain transforms of each framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor


def torch_rosenbrock(x: Tensor) -> Tensor:
    """f of x of shape (n,)."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def torch_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of any task."""
    x, v = (torch.tensor(problem.inputs()[name]) for name in ("x", "v"))

    def gradient(x: Tensor) -> tuple[Tensor, Tensor]:
        x = x.clone().requires_grad_()
        value = torch_rosenbrock(x)
        return value, torch.autograd.grad(value, x)[0]

    def hvp(x: Tensor) -> Tensor:
        return torch.func.jvp(torch.func.grad(torch_rosenbrock), (x,), (v,))[1]

    return {
        "primal": torch_rosenbrock,
        "gradient": gradient,
        "hvp": hvp,
        "hessian": torch.func.hessian(torch_rosenbrock),
    }[task], (x,)


def jax_rosenbrock(x: jax.Array) -> jax.Array:
    """f of x of shape (n,)."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def jax_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of any task."""
    x, v = (jnp.asarray(problem.inputs()[name]) for name in ("x", "v"))

    def hvp(x: jax.Array, v: jax.Array) -> jax.Array:
        return jax.jvp(jax.grad(jax_rosenbrock), (x,), (v,))[1]

    return {
        "primal": jax_rosenbrock,
        "gradient": jax.value_and_grad(jax_rosenbrock),
        "hessian": jax.hessian(jax_rosenbrock),
        "hvp": hvp,
    }[task], (x, v) if task == "hvp" else (x,)
