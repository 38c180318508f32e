"""The integration as most people write it: x' = v among the stages, a Python loop in PyTorch, lax.scan in JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

NAMES = ("positions", "velocities", "masses", "targets", "step")

COMPILES = ()
"""torch.compile takes minutes with what is written here."""


def torch_field(x: Tensor, v: Tensor, m: Tensor) -> tuple[Tensor, Tensor]:
    """Derivatives of positions and velocities by time."""
    d = x[None, :, :] - x[:, None, :]
    r = torch.sqrt((d**2).sum(-1) + torch.eye(len(x), dtype=x.dtype))
    return v, (m[None, :, None] * d / r[..., None] ** 3).sum(1)


def torch_step(x: Tensor, v: Tensor, m: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """One step of the classical Runge-Kutta method."""
    x1, v1 = torch_field(x, v, m)
    x2, v2 = torch_field(x + h / 2 * x1, v + h / 2 * v1, m)
    x3, v3 = torch_field(x + h / 2 * x2, v + h / 2 * v2, m)
    x4, v4 = torch_field(x + h * x3, v + h * v3, m)
    return x + h / 6 * (x1 + 2 * x2 + 2 * x3 + x4), v + h / 6 * (v1 + 2 * v2 + 2 * v3 + v4)


def torch_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of any task."""
    arguments = tuple(torch.tensor(problem.inputs()[name]) for name in NAMES)

    def integrate(x: Tensor, v: Tensor, m: Tensor, h: Tensor, steps: int) -> tuple[Tensor, Tensor]:
        for _ in range(steps):
            x, v = torch_step(x, v, m, h)
        return x, v

    def primal(x: Tensor, v: Tensor, m: Tensor, targets: Tensor, h: Tensor) -> Tensor:
        if task == "gradient_checkpointed":
            for _ in range(problem.steps // problem.segment):
                x, v = checkpoint(integrate, x, v, m, h, problem.segment, use_reentrant=False)
        else:
            x, v = integrate(x, v, m, h, problem.steps)
        return 0.5 * ((x - targets) ** 2).sum()

    def gradient(x: Tensor, v: Tensor, m: Tensor, targets: Tensor, h: Tensor) -> tuple[Tensor, ...]:
        x, v, m = (value.clone().requires_grad_() for value in (x, v, m))
        return torch.autograd.grad(primal(x, v, m, targets, h), (x, v, m))

    return primal if task == "primal" else gradient, arguments


def jax_field(x: jax.Array, v: jax.Array, m: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Derivatives of positions and velocities by time."""
    d = x[None, :, :] - x[:, None, :]
    r = jnp.sqrt((d**2).sum(-1) + jnp.eye(len(x)))
    return v, (m[None, :, None] * d / r[..., None] ** 3).sum(1)


def jax_step(x: jax.Array, v: jax.Array, m: jax.Array, h: jax.Array) -> tuple[jax.Array, jax.Array]:
    """One step of the classical Runge-Kutta method."""
    x1, v1 = jax_field(x, v, m)
    x2, v2 = jax_field(x + h / 2 * x1, v + h / 2 * v1, m)
    x3, v3 = jax_field(x + h / 2 * x2, v + h / 2 * v2, m)
    x4, v4 = jax_field(x + h * x3, v + h * v3, m)
    return x + h / 6 * (x1 + 2 * x2 + 2 * x3 + x4), v + h / 6 * (v1 + 2 * v2 + 2 * v3 + v4)


def jax_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of any task."""

    def integrate(state: Any, m: jax.Array, h: jax.Array, steps: int) -> Any:
        return jax.lax.scan(lambda state, _: (jax_step(*state, m, h), None), state, length=steps)[0]

    def primal(x: jax.Array, v: jax.Array, m: jax.Array, targets: jax.Array, h: jax.Array) -> jax.Array:
        state = x, v
        if task == "gradient_checkpointed":
            segment = jax.checkpoint(lambda state: integrate(state, m, h, problem.segment))
            state, _ = jax.lax.scan(
                lambda state, _: (segment(state), None), state, length=problem.steps // problem.segment
            )
        else:
            state = integrate(state, m, h, problem.steps)
        return 0.5 * ((state[0] - targets) ** 2).sum()

    function = primal if task == "primal" else jax.grad(primal, (0, 1, 2))
    return function, tuple(jnp.asarray(problem.inputs()[name]) for name in NAMES)
