"""Hand tracking."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor
from torch.func import jvp, vmap

from bench.backends import Step, jax_backend, torch_backend
from bench.workloads.autodiff.hand_tracking import jax_impl, torch_impl
from bench.workloads.autodiff.hand_tracking.problem import NAMES, Problem, chain
from tests.proof.alternatives import Alternative


def errors(implementation: Any, theta: Any, data: Any, bones: Any, on_triangles: bool) -> tuple[Any, Any]:
    """e, and the corners that its derivatives by u need, in either framework."""
    vertices = implementation.weighted(data) @ implementation.turned(theta, data, bones) + theta[3:6]
    if not on_triangles:
        return implementation.simple(vertices, data), vertices
    corners = vertices[data["triangles"][data["triangle_of"]]]
    return implementation.complicated(corners, data["us"], data), corners


def in_torch(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step whose tangents are pushed forward to the errors, one by one."""
    found = torch_backend.tensors(problem.inputs(), device, precision)
    bones = chain(problem.parents).on(lambda index: torch_backend.tensor(index, device, precision))
    on_triangles = task.endswith("complicated")

    def jacobian(*arguments: Tensor) -> dict[str, Tensor]:
        data = dict(zip(NAMES, arguments, strict=True))
        theta, us = data["theta"], data["us"]

        def push(tangent: Tensor) -> Any:
            return jvp(
                lambda pose: errors(torch_impl, pose, data, bones, on_triangles), (theta,), (tangent,), has_aux=True
            )

        values, columns, kept = vmap(push, out_dims=(0, 2, 0))(torch.eye(len(theta), dtype=theta.dtype))
        if on_triangles:

            def along(axis: Tensor) -> Tensor:
                return jvp(lambda own: torch_impl.complicated(kept[0], own, data), (us,), (axis.expand_as(us),))[1]

            columns = torch.cat([vmap(along, out_dims=2)(torch.eye(2, dtype=us.dtype)), columns], 2)
        return {"error": values[0], "jacobian": columns}

    inputs = [found[name] for name in NAMES]
    return torch_backend.Evaluation(jacobian, inputs, mode=mode, device=device, precision=precision)


def in_jax(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The same in JAX."""
    found = jax_backend.arrays(problem.inputs(), device, precision)
    bones = chain(problem.parents).on(lambda index: jax_backend.array(index, device, precision))
    on_triangles = task.endswith("complicated")

    def jacobian(*arguments: jax.Array) -> dict[str, jax.Array]:
        data = dict(zip(NAMES, arguments, strict=True))
        theta, us = data["theta"], data["us"]
        value, push, corners = jax.linearize(
            lambda pose: errors(jax_impl, pose, data, bones, on_triangles), theta, has_aux=True
        )
        columns = jax.vmap(push, out_axes=2)(jnp.eye(len(theta), dtype=theta.dtype))
        if on_triangles:
            axes = jnp.broadcast_to(jnp.eye(2, dtype=us.dtype)[:, None], (2, *us.shape))
            along = jax.linearize(lambda own: jax_impl.complicated(corners, own, data), us)[1]
            columns = jnp.concatenate([jax.vmap(along, out_axes=2)(axes), columns], 2)
        return {"error": value, "jacobian": columns}

    return jax_backend.Evaluation(jacobian, [found[name] for name in NAMES], mode=mode)


TASKS = ("jacobian_complicated", "jacobian")

ALTERNATIVES = (
    Alternative("torch", "tangents to the errors", TASKS, ("compile", "eager"), {"build": in_torch}),
    Alternative("jax", "tangents to the errors", TASKS, ("jit",), {"build": in_jax}),
)
