"""The heat equation as most people write it: slices of a padded array, in Python's loop or in JAX's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor

FOURIER = 0.2


def torch_evolve(u: Tensor, steps: int) -> Tensor:
    """The state (n, n) after so many time steps."""
    for _ in range(steps):
        p = torch.nn.functional.pad(u, (1, 1, 1, 1))
        around = p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:]
        u = u + FOURIER * (around - 4 * u)
    return u


def torch_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of any task."""
    initial, observed = (torch.tensor(problem.inputs()[name]) for name in ("initial", "observed"))

    def gradient(u: Tensor, observed: Tensor) -> tuple[Tensor, Tensor]:
        u = u.clone().requires_grad_()
        value = 0.5 * ((torch_evolve(u, problem.steps) - observed) ** 2).sum()
        return value.detach(), torch.autograd.grad(value, u)[0]

    def forward(u: Tensor) -> Tensor:
        with torch.no_grad():
            return torch_evolve(u, problem.steps)

    return (forward, (initial,)) if task == "forward" else (gradient, (initial, observed))


def jax_evolve(u: jax.Array, steps: int) -> jax.Array:
    """The state (n, n) after so many time steps."""

    def time_step(_: int, u: jax.Array) -> jax.Array:
        p = jnp.pad(u, 1)
        around = p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:]
        return u + FOURIER * (around - 4 * u)

    return jax.lax.fori_loop(0, steps, time_step, u)


def jax_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of any task."""
    initial, observed = (jnp.asarray(problem.inputs()[name]) for name in ("initial", "observed"))

    def misfit(u: jax.Array, observed: jax.Array) -> jax.Array:
        return 0.5 * ((jax_evolve(u, problem.steps) - observed) ** 2).sum()

    if task == "forward":
        return lambda u: jax_evolve(u, problem.steps), (initial,)
    return jax.value_and_grad(misfit), (initial, observed)
