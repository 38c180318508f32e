"""All pairs as the textbook vectorises them: one array of all differences, one of all weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor

SOFTENING, TIME_STEP = 0.1, 0.01


def torch_step(x: Tensor, v: Tensor, m: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Acceleration, position and velocity (n, 3) after one leapfrog step."""
    with torch.no_grad():
        x = x + TIME_STEP / 2 * v
        d = x[None] - x[:, None]
        w = ((d**2).sum(-1) + SOFTENING**2) ** -1.5
        a = torch.einsum("ij,ijk->ik", m * w, d)
        v = v + TIME_STEP * a
        return a, x + TIME_STEP / 2 * v, v


def jax_step(x: jax.Array, v: jax.Array, m: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Acceleration, position and velocity (n, 3) after one leapfrog step."""
    x = x + TIME_STEP / 2 * v
    d = x[None] - x[:, None]
    w = ((d**2).sum(-1) + SOFTENING**2) ** -1.5
    a = jnp.einsum("ij,ijk->ik", m * w, d)
    v = v + TIME_STEP * a
    return a, x + TIME_STEP / 2 * v, v


def torch_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of `forward`."""
    return torch_step, tuple(torch.tensor(problem.inputs()[name]) for name in ("position", "velocity", "mass"))


def jax_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of `forward`."""
    return jax_step, tuple(jnp.asarray(problem.inputs()[name]) for name in ("position", "velocity", "mass"))
