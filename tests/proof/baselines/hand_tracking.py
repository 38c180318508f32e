"""Hand tracking as usually written, after ADBench's PyTorch module: bone by bone, vertices blended, jacfwd."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor

from bench.workloads.autodiff.hand_tracking.problem import BONES, NAMES, Problem

ANGLES = {
    2 + 4 * finger + joint: (6 + 4 * finger + (joint + 1 if joint else 0), 7 + 4 * finger if not joint else None)
    for finger in range(5)
    for joint in range(3)
}
"""Indices into the pose of the angles about x and z of each bone that bends."""


def posed(numpy: Any, theta: Any, relatives: Any, inverses: Any, parents: list[int]) -> Any:
    """T (B, 4, 4) of all bones, one after the other; `numpy` is torch or jax.numpy."""
    zero, one = numpy.zeros_like(theta[0]), numpy.ones_like(theta[0])
    absolutes: list[Any] = []
    for bone, parent in enumerate(parents):
        x, z = (zero if index is None else theta[index] for index in ANGLES.get(bone, (None, None)))
        cx, sx, cz, sz = numpy.cos(x), numpy.sin(x), numpy.cos(z), numpy.sin(z)
        bent = numpy.stack(
            [cz, -sz * cx, sz * sx, zero, sz, cz * cx, -cz * sx, zero, zero, sx, cx, zero, zero, zero, zero, one]
        ).reshape(4, 4)
        relative = relatives[bone] @ bent
        absolutes.append(relative if parent < 0 else absolutes[parent] @ relative)
    return numpy.stack(absolutes) @ inverses


def rotation(numpy: Any, vector: Any) -> Any:
    """Rodrigues' matrix (3, 3) by axis and angle."""
    angle = numpy.sqrt((vector * vector).sum())
    x, y, z = vector / angle
    s, c = numpy.sin(angle), numpy.cos(angle)
    return numpy.stack(
        [
            x * x + (1 - x * x) * c,
            x * y * (1 - c) - z * s,
            x * z * (1 - c) + y * s,
            x * y * (1 - c) + z * s,
            y * y + (1 - y * y) * c,
            y * z * (1 - c) - x * s,
            x * z * (1 - c) - y * s,
            z * y * (1 - c) + x * s,
            z * z + (1 - z * z) * c,
        ]
    ).reshape(3, 3)


def vertices(numpy: Any, theta: Any, data: dict[str, Any], parents: list[int]) -> Any:
    """The posed vertices (V, 3): each moved by all bones, then their weighted sum."""
    transforms = posed(numpy, theta, data["base_relatives"], data["inverse_base_absolutes"], parents)
    moved = (transforms.reshape(4 * BONES, 4) @ data["base_positions"].T).reshape(BONES, 4, -1)
    places = (moved[:, :3] * data["weights"].T[:, None]).sum(0)
    return (rotation(numpy, theta[:3]) @ places).T + theta[3:6]


def on_triangle(point: Any, u: Any, corners: Any) -> Any:
    """The residual (3,) of one point."""
    return point - (u[0] * corners[0] + u[1] * corners[1] + (1 - u[0] - u[1]) * corners[2])


def torch_function(problem: Problem, task: str) -> tuple[Any, tuple[Any, ...]]:
    """Residuals, or those and the Jacobian by `torch.func`, and the arguments; by u jacrev, as Dynamo traces no jacfwd
    in vmap.
    """
    complicated = task.endswith("complicated")

    def error(theta: Tensor, data: dict[str, Tensor]) -> Any:
        found = vertices(torch, theta, data, problem.parents)
        if not complicated:
            value = data["points"] - found[data["correspondences"]]
            return value, value
        corners = found[data["triangles"][data["triangle_of"]]]
        value = torch.vmap(on_triangle)(data["points"], data["us"], corners)
        return value, (value, corners)

    def primal(*arguments: Tensor) -> Any:
        data = dict(zip(NAMES, arguments, strict=True))
        return error(data["theta"], data)[0]

    def jacobian(*arguments: Tensor) -> Any:
        data = dict(zip(NAMES, arguments, strict=True))
        by_theta, kept = torch.func.jacfwd(error, has_aux=True)(data["theta"], data)
        if not complicated:
            return kept, by_theta
        by_us = torch.vmap(torch.func.jacrev(on_triangle, 1))(data["points"], data["us"], kept[1])
        return kept[0], torch.cat([by_us, by_theta], 2)

    found = problem.inputs()
    return primal if task.startswith("primal") else jacobian, tuple(torch.from_numpy(found[name]) for name in NAMES)


def jax_function(problem: Problem, task: str) -> tuple[Any, tuple[Any, ...]]:
    """Residuals, or those and the Jacobian by `jax.jacfwd`, and the arguments."""
    complicated = task.endswith("complicated")

    def error(theta: jax.Array, data: dict[str, jax.Array]) -> Any:
        found = vertices(jnp, theta, data, problem.parents)
        if not complicated:
            value = data["points"] - found[data["correspondences"]]
            return value, value
        corners = found[data["triangles"][data["triangle_of"]]]
        value = jax.vmap(on_triangle)(data["points"], data["us"], corners)
        return value, (value, corners)

    def primal(*arguments: jax.Array) -> Any:
        data = dict(zip(NAMES, arguments, strict=True))
        return error(data["theta"], data)[0]

    def jacobian(*arguments: jax.Array) -> Any:
        data = dict(zip(NAMES, arguments, strict=True))
        by_theta, kept = jax.jacfwd(error, has_aux=True)(data["theta"], data)
        if not complicated:
            return kept, by_theta
        by_us = jax.vmap(jax.jacfwd(on_triangle, 1))(data["points"], data["us"], kept[1])
        return kept[0], jnp.concatenate([by_us, by_theta], 2)

    found = problem.inputs()
    return primal if task.startswith("primal") else jacobian, tuple(jnp.asarray(found[name]) for name in NAMES)
