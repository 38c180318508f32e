"""Hand tracking in PyTorch: bones level by level, all tangents pushed forward at once by torch.func."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.func import jvp, vmap
from torch.nn import functional

from bench.backends import Step, torch_backend
from bench.workloads.autodiff.hand_tracking.problem import NAMES, Chain, Problem, chain
from bench.workloads.autodiff.rotation.torch_rotation import coefficients

Data = dict[str, Tensor]


def posed(theta: Tensor, base_relatives: Tensor, bones: Chain) -> Tensor:
    """A (B, 4, 4)."""
    angles = functional.pad(theta, (0, 1))[bones.angles]
    (cx, cz), (sx, sz) = angles.cos(), angles.sin()
    zero = torch.zeros_like(cx)
    one = zero + 1
    bent = torch.stack(
        [cz, -sz * cx, sz * sx, zero, sz, cz * cx, -cz * sx, zero, zero, sx, cx, zero, zero, zero, zero, one], 1
    ).view(-1, 4, 4)
    first, *further = torch.tensor_split(base_relatives[bones.order] @ bent, bones.starts)
    absolutes = [first]
    for relatives, above in zip(further, bones.above, strict=True):
        absolutes.append(absolutes[-1][above] @ relatives)
    return torch.cat(absolutes)[bones.back]


def skinned(theta: Tensor, data: Data, bones: Chain) -> Tensor:
    """The posed vertices (V, 3)."""
    transforms = posed(theta, data["base_relatives"], bones) @ data["inverse_base_absolutes"]
    axes = transforms[:, :3].transpose(1, 2).reshape(-1, 3)
    r = theta[:3]
    cosine, sine, rest = coefficients(r.square().sum())
    turned = cosine * axes + sine * torch.linalg.cross(r.expand_as(axes), axes) + rest * (axes @ r)[:, None] * r
    weighted = (data["weights"][:, :, None] * data["base_positions"][:, None]).flatten(1)
    return weighted @ turned + theta[3:6]


def simple(vertices: Tensor, data: Data) -> Tensor:
    """e (N, 3) of points that belong to vertices."""
    return data["points"] - vertices[data["correspondences"]]


def complicated(corners: Tensor, us: Tensor, data: Data) -> Tensor:
    """e (N, 3) of points that belong to places on triangles with these corners (N, 3, 3)."""
    places = torch.cat([us, 1 - us.sum(1, keepdim=True)], 1)
    return data["points"] - (places[:, :, None] * corners).sum(1)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task. Raises Unsupported where the mode does not exist."""
    found = torch_backend.tensors(problem.inputs(), device, precision)
    on_triangles = task.endswith("complicated")
    bones = chain(problem.parents).on(lambda index: torch_backend.tensor(index, device, precision))

    def error(theta: Tensor, data: Data) -> tuple[Tensor, Tensor]:
        """e, and what its derivatives by u need: the corners."""
        vertices = skinned(theta, data, bones)
        if not on_triangles:
            return simple(vertices, data), vertices
        corners = vertices[data["triangles"][data["triangle_of"]]]
        return complicated(corners, data["us"], data), corners

    def primal(*arguments: Tensor) -> Data:
        data = dict(zip(NAMES, arguments, strict=True))
        return {"error": error(data["theta"], data)[0]}

    def jacobian(*arguments: Tensor) -> Data:
        data = dict(zip(NAMES, arguments, strict=True))
        theta, us = data["theta"], data["us"]
        pushed: Callable[[Tensor], Any] = vmap(
            lambda tangent: jvp(lambda pose: error(pose, data), (theta,), (tangent,), has_aux=True), out_dims=(0, 2, 0)
        )
        values, columns, kept = pushed(torch.eye(len(theta), dtype=theta.dtype, device=theta.device))
        if on_triangles:
            axes = torch.eye(2, dtype=us.dtype, device=us.device)

            def push(axis: Tensor) -> Tensor:
                return jvp(lambda own: complicated(kept[0], own, data), (us,), (axis.expand_as(us),))[1]

            columns = torch.cat([vmap(push, out_dims=2)(axes), columns], 2)
        return {"error": values[0], "jacobian": columns}

    return torch_backend.Evaluation(
        primal if task.startswith("primal") else jacobian,
        [found[name] for name in NAMES],
        mode=mode,
        device=device,
        precision=precision,
        inference=task.startswith("primal"),
    )
