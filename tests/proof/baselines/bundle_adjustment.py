"""Bundle adjustment as usually written: the residuals of one observation, its Jacobian vectorised over all."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor

from bench.workloads.autodiff.bundle_adjustment.problem import Problem


def torch_residual(camera: Tensor, point: Tensor, w: Tensor, feat: Tensor) -> Tensor:
    """(2,) of one observation, Rodrigues' rotation by its axis and angle."""
    angle = camera[:3].norm()
    axis, moved = camera[:3] / angle, point - camera[3:6]
    place = (
        moved * angle.cos() + torch.linalg.cross(axis, moved) * angle.sin() + axis * (axis @ moved) * (1 - angle.cos())
    )
    q = place[:2] / place[2]
    rho = q @ q
    return w * (camera[6] * q * (1 + camera[9] * rho + camera[10] * rho**2) + camera[7:9] - feat)


def jax_residual(camera: jax.Array, point: jax.Array, w: jax.Array, feat: jax.Array) -> jax.Array:
    """(2,) of one observation, Rodrigues' rotation by its axis and angle."""
    angle = jnp.linalg.norm(camera[:3])
    axis, moved = camera[:3] / angle, point - camera[3:6]
    place = (
        moved * jnp.cos(angle) + jnp.cross(axis, moved) * jnp.sin(angle) + axis * (axis @ moved) * (1 - jnp.cos(angle))
    )
    q = place[:2] / place[2]
    rho = q @ q
    return w * (camera[6] * q * (1 + camera[9] * rho + camera[10] * rho**2) + camera[7:9] - feat)


def torch_function(problem: Problem, task: str) -> tuple[Any, tuple[Any, ...]]:
    """Errors, or those and the blocks by `torch.func`, and the arguments."""

    def primal(cams: Tensor, points: Tensor, w: Tensor, obs: Tensor, feats: Tensor) -> Any:
        return torch.vmap(torch_residual)(cams[obs[:, 0]], points[obs[:, 1]], w, feats), 1 - w**2

    def jacobian(cams: Tensor, points: Tensor, w: Tensor, obs: Tensor, feats: Tensor) -> Any:
        own = cams[obs[:, 0]], points[obs[:, 1]], w, feats
        return (
            torch.vmap(torch_residual)(*own),
            1 - w**2,
            torch.vmap(torch.func.jacrev(torch_residual, (0, 1, 2)))(*own),
            -2 * w,
        )

    arguments = tuple(torch.from_numpy(value) for value in problem.inputs().values())
    return primal if task == "primal" else jacobian, arguments


def jax_function(problem: Problem, task: str) -> tuple[Any, tuple[Any, ...]]:
    """Errors, or those and the blocks, and the arguments."""

    def primal(cams: jax.Array, points: jax.Array, w: jax.Array, obs: jax.Array, feats: jax.Array) -> Any:
        return jax.vmap(jax_residual)(cams[obs[:, 0]], points[obs[:, 1]], w, feats), 1 - w**2

    def jacobian(cams: jax.Array, points: jax.Array, w: jax.Array, obs: jax.Array, feats: jax.Array) -> Any:
        own = cams[obs[:, 0]], points[obs[:, 1]], w, feats
        return (jax.vmap(jax_residual)(*own), 1 - w**2, jax.vmap(jax.jacrev(jax_residual, (0, 1, 2)))(*own), -2 * w)

    return primal if task == "primal" else jacobian, tuple(jnp.asarray(value) for value in problem.inputs().values())
