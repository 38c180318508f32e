"""Levenberg-Marquardt as most people write it: jacfwd of the residuals, and the normal equations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor


def model(p: Any, t: Any, exp: Callable) -> Any:
    """Two Gaussian lines on a straight background."""
    return p[0] + p[1] * t + p[2] * exp(-(((t - p[3]) / p[4]) ** 2) / 2) + p[5] * exp(-(((t - p[6]) / p[7]) ** 2) / 2)


def torch_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of `solve`."""

    def residual(p: Tensor, t: Tensor, y: Tensor) -> Tensor:
        return model(p, t, torch.exp) - y

    def solve(p: Tensor, t: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        damping, r = torch.full_like(p[0], 1e-3), residual(p, t, y)
        cost = r @ r / 2
        for _ in range(problem.iterations):
            J, r = torch.func.jacfwd(residual)(p, t, y), residual(p, t, y)
            H = J.T @ J
            new = p - torch.linalg.solve(H + damping * torch.diag(H.diagonal()), J.T @ r)
            trial = (residual(new, t, y) ** 2).sum() / 2
            better = trial < (1 + 1.5e-8) * cost
            p, cost = torch.where(better, new, p), torch.where(better, trial, cost)
            damping = torch.where(better, damping / 10, damping * 10)
        return p, cost

    return solve, tuple(torch.tensor(problem.inputs()[name]) for name in ("guess", "t", "y"))


def jax_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of `solve`."""

    def residual(p: jax.Array, t: jax.Array, y: jax.Array) -> jax.Array:
        return model(p, t, jnp.exp) - y

    def solve(p: jax.Array, t: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
        def body(_: int, state: tuple) -> tuple:
            p, damping, cost = state
            J, r = jax.jacfwd(residual)(p, t, y), residual(p, t, y)
            H = J.T @ J
            new = p - jnp.linalg.solve(H + damping * jnp.diag(jnp.diag(H)), J.T @ r)
            trial = (residual(new, t, y) ** 2).sum() / 2
            better = trial < (1 + 1.5e-8) * cost
            return (
                jnp.where(better, new, p),
                jnp.where(better, damping / 10, damping * 10),
                jnp.where(better, trial, cost),
            )

        start = (p, jnp.asarray(1e-3, p.dtype), (residual(p, t, y) ** 2).sum() / 2)
        p, _, cost = jax.lax.fori_loop(0, problem.iterations, body, start)
        return p, cost

    return solve, tuple(jnp.asarray(problem.inputs()[name]) for name in ("guess", "t", "y"))
