"""Hand tracking in PyTorch: bones level by level, the tangents of their transforms pushed forward by torch.func."""

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


def turned(theta: Tensor, data: Data, bones: Chain) -> Tensor:
    """The columns of the posed transforms (4 B, 3), turned as the hand is."""
    transforms = posed(theta, data["base_relatives"], bones) @ data["inverse_base_absolutes"]
    axes = transforms[:, :3].transpose(1, 2).reshape(-1, 3)
    r = theta[:3]
    cosine, sine, rest = coefficients(r.square().sum())
    return cosine * axes + sine * torch.linalg.cross(r.expand_as(axes), axes) + rest * (axes @ r)[:, None] * r


def weighted(data: Data) -> Tensor:
    """What every column of a transform has a share of in every vertex (V, 4 B)."""
    return (data["weights"][:, :, None] * data["base_positions"][:, None]).flatten(1)


def simple(vertices: Tensor, data: Data) -> Tensor:
    """e (N, 3) of points that belong to vertices."""
    return data["points"] - vertices[data["correspondences"]]


def places(us: Tensor) -> Tensor:
    """The shares of the corners of a triangle in places on it (N, 3)."""
    return torch.cat([us, 1 - us.sum(1, keepdim=True)], 1)


def complicated(corners: Tensor, us: Tensor, data: Data) -> Tensor:
    """e (N, 3) of points that belong to places on triangles with these corners (N, 3, 3)."""
    return data["points"] - (places(us)[:, :, None] * corners).sum(1)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task. Raises Unsupported where the mode does not exist."""
    found = torch_backend.tensors(problem.inputs(), device, precision)
    on_triangles = task.endswith("complicated")
    bones = chain(problem.parents).on(lambda index: torch_backend.tensor(index, device, precision))

    def primal(*arguments: Tensor) -> Data:
        data = dict(zip(NAMES, arguments, strict=True))
        vertices = weighted(data) @ turned(data["theta"], data, bones) + data["theta"][3:6]
        if not on_triangles:
            return {"error": simple(vertices, data)}
        return {"error": complicated(vertices[data["triangles"][data["triangle_of"]]], data["us"], data)}

    def jacobian(*arguments: Tensor) -> Data:
        """What is linear in the turned columns, its own derivative, is applied to all tangents at once."""
        data = dict(zip(NAMES, arguments, strict=True))
        theta, us = data["theta"], data["us"]
        pushed: Callable[[Tensor], Any] = vmap(
            lambda tangent: jvp(lambda pose: turned(pose, data, bones), (theta,), (tangent,)), out_dims=(0, -1)
        )
        eye = torch.eye(len(theta), dtype=theta.dtype, device=theta.device)
        values, tangents = pushed(eye)
        shares = weighted(data)
        vertices = shares @ values[0] + theta[3:6]
        moved = (shares @ tangents.flatten(1)).unflatten(1, (3, -1)) + eye[3:6]
        if not on_triangles:
            return {"error": simple(vertices, data), "jacobian": -moved[data["correspondences"]]}
        triangles = data["triangles"][data["triangle_of"]]
        corners = vertices[triangles]
        axes = torch.eye(2, dtype=us.dtype, device=us.device)

        def push(axis: Tensor) -> Tensor:
            return jvp(lambda own: complicated(corners, own, data), (us,), (axis.expand_as(us),))[1]

        by_pose = -sum(
            place[:, :, None] * moved[triangles[:, corner]] for corner, place in enumerate(places(us).split(1, 1))
        )
        by_places = vmap(push, out_dims=2)(axes)
        return {"error": complicated(corners, us, data), "jacobian": torch.cat([by_places, by_pose], 2)}

    return torch_backend.Evaluation(
        primal if task.startswith("primal") else jacobian,
        [found[name] for name in NAMES],
        mode=mode,
        device=device,
        precision=precision,
        inference=task.startswith("primal"),
    )
