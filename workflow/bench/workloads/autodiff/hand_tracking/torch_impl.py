"""Hand tracking in PyTorch: bones level by level, all tangents pushed forward at once by torch.func."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.func import jvp, vmap
from torch.nn import functional

from bench.backends import Step, torch_backend
from bench.workloads.autodiff.hand_tracking.problem import BONES_OF_FINGER, FINGERS, NAMES, Problem, levels
from bench.workloads.autodiff.rotation.torch_rotation import coefficients

Data = dict[str, Tensor]


def posed(theta: Tensor, base_relatives: Tensor, parents: list[int]) -> Tensor:
    """A (B, 4, 4), the bones in the order of `levels`."""
    fingers = theta[6:].view(FINGERS, 4)
    x = functional.pad(fingers[:, [0, 2, 3]], (0, 1)).reshape(-1)
    z = functional.pad(fingers[:, 1:2], (0, BONES_OF_FINGER - 1)).reshape(-1)
    x, z = functional.pad(x, (2, 0)), functional.pad(z, (2, 0))
    cx, sx, cz, sz = x.cos(), x.sin(), z.cos(), z.sin()
    zero = torch.zeros_like(x)
    one = zero + 1
    bent = torch.stack([cz, -sz * cx, sz * sx, zero, sz, cz * cx, -cz * sx, zero, zero, sx, cx, zero, zero, zero, zero,
                        one], 1).view(-1, 4, 4)
    relatives = base_relatives @ bent
    (first, _), *further = levels(parents)
    absolutes = [relatives[first]]
    for bones, above in further:
        absolutes.append(absolutes[-1][above] @ relatives[bones])
    return torch.cat(absolutes)


def skinned(theta: Tensor, data: Data, parents: list[int]) -> Tensor:
    """The posed vertices (V, 3)."""
    order = [bone for bones, _ in levels(parents) for bone in bones]
    transforms = posed(theta, data["base_relatives"], parents) @ data["inverse_base_absolutes"][order]
    axes = transforms[:, :3].transpose(1, 2).reshape(-1, 3)
    r = theta[:3]
    cosine, sine, rest = coefficients(r.square().sum())
    turned = cosine * axes + sine * torch.linalg.cross(r.expand_as(axes), axes) + rest * (axes @ r)[:, None] * r
    weighted = (data["weights"][:, order, None] * data["base_positions"][:, None]).flatten(1)
    return weighted @ turned + theta[3:6]


def simple(vertices: Tensor, data: Data) -> Tensor:
    """e (N, 3) of points that belong to vertices."""
    return data["points"] - vertices[data["correspondences"]]


def complicated(vertices: Tensor, us: Tensor, data: Data) -> Tensor:
    """e (N, 3) of points that belong to places on triangles."""
    corners = vertices[data["triangles"][data["triangle_of"]]]
    places = torch.cat([us, 1 - us.sum(1, keepdim=True)], 1)
    return data["points"] - (places[:, :, None] * corners).sum(1)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task. Raises Unsupported where the mode does not exist."""
    found = torch_backend.tensors(problem.inputs(), device, precision)
    on_triangles = task.endswith("complicated")

    def error(theta: Tensor, data: Data) -> Tensor:
        vertices = skinned(theta, data, problem.parents)
        return complicated(vertices, data["us"], data) if on_triangles else simple(vertices, data)

    def primal(*arguments: Tensor) -> Data:
        data = dict(zip(NAMES, arguments, strict=True))
        return {"error": error(data["theta"], data)}

    def jacobian(*arguments: Tensor) -> Data:
        data = dict(zip(NAMES, arguments, strict=True))
        theta, us = data["theta"], data["us"]
        pushed: Callable[[Tensor], Any] = vmap(
            lambda tangent: jvp(lambda pose: error(pose, data), (theta,), (tangent,)), out_dims=(0, 2))
        values, columns = pushed(torch.eye(len(theta), dtype=theta.dtype, device=theta.device))
        if on_triangles:
            vertices = skinned(theta, data, problem.parents)
            axes = torch.eye(2, dtype=us.dtype, device=us.device)

            def push(axis: Tensor) -> Tensor:
                return jvp(lambda own: complicated(vertices, own, data), (us,), (axis.expand_as(us),))[1]

            columns = torch.cat([vmap(push, out_dims=2)(axes), columns], 2)
        return {"error": values[0], "jacobian": columns}

    return torch_backend.Evaluation(primal if task.startswith("primal") else jacobian, [found[name] for name in NAMES],
                                    mode=mode, device=device, precision=precision,
                                    inference=task.startswith("primal"))
