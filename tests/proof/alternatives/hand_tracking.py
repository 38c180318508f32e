"""Hand tracking."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import torch
from torch import Tensor
from torch.func import jvp, vmap

from bench.backends import Step, jax_backend, torch_backend
from bench.workloads.autodiff.hand_tracking import jax_impl, torch_impl
from bench.workloads.autodiff.hand_tracking.problem import NAMES, Chain, Problem, chain
from bench.workloads.autodiff.hand_tracking.torch_impl import Data, posed
from bench.workloads.autodiff.rotation import jax_rotation, torch_rotation
from tests.proof.alternatives import Alternative


def turned(theta: Tensor, data: Data, bones: Chain) -> Tensor:
    """The columns of all transforms after the rotation of the hand, (4 B, 3): what is not linear in the pose."""
    transforms = posed(theta, data["base_relatives"], bones) @ data["inverse_base_absolutes"]
    axes = transforms[:, :3].transpose(1, 2).reshape(-1, 3)
    r = theta[:3]
    cosine, sine, rest = torch_rotation.coefficients(r.square().sum())
    return cosine * axes + sine * torch.linalg.cross(r.expand_as(axes), axes) + rest * (axes @ r)[:, None] * r


def folded(theta: Tensor, data: Data, bones: Chain) -> Tensor:
    """`skinned` with the tangents' product the other way round, which PyTorch makes one product of."""
    weighted = (data["weights"][:, :, None] * data["base_positions"][:, None]).flatten(1)
    return (turned(theta, data, bones).mT @ weighted.mT).mT + theta[3:6]


def torch_linear(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `jacobian_complicated` that pushes tangents through what is not linear alone, and applies the rest, its
    own derivative, to all of them at once.
    """
    found = torch_backend.tensors(problem.inputs(), device, precision)
    bones = chain(problem.parents).on(lambda index: torch_backend.tensor(index, device, precision))

    def jacobian(*arguments: Tensor) -> Data:
        data = dict(zip(NAMES, arguments, strict=True))
        theta, us = data["theta"], data["us"]

        def push(tangent: Tensor) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
            return jvp(lambda pose: (turned(pose, data, bones), pose[3:6]), (theta,), (tangent,))

        values, columns = vmap(push, out_dims=(0, -1))(torch.eye(len(theta), dtype=theta.dtype))
        weighted = (data["weights"][:, :, None] * data["base_positions"][:, None]).flatten(1)
        vertices = weighted @ values[0][0] + values[1][0]
        moved = (weighted @ columns[0].flatten(1)).unflatten(1, (3, -1)) + columns[1]
        triangles = data["triangles"][data["triangle_of"]]
        corners = vertices[triangles]
        places = (us[:, :1], us[:, 1:], 1 - us.sum(1, keepdim=True))
        by_pose = -sum(place[:, :, None] * moved[triangles[:, corner]] for corner, place in enumerate(places))

        def along(axis: Tensor) -> Tensor:
            return jvp(lambda own: torch_impl.complicated(corners, own, data), (us,), (axis.expand_as(us),))[1]

        by_us = vmap(along, out_dims=2)(torch.eye(2, dtype=us.dtype))
        return {"error": torch_impl.complicated(corners, us, data), "jacobian": torch.cat([by_us, by_pose], 2)}

    inputs = [found[name] for name in NAMES]
    return torch_backend.Evaluation(jacobian, inputs, mode=mode, device=device, precision=precision)


def jax_linear(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The same in JAX."""
    found = jax_backend.arrays(problem.inputs(), device, precision)
    bones = chain(problem.parents).on(lambda index: jax_backend.array(index, device, precision))

    def jacobian(*arguments: jax.Array) -> dict[str, jax.Array]:
        data = dict(zip(NAMES, arguments, strict=True))
        theta, us = data["theta"], data["us"]

        def nonlinear(pose: jax.Array) -> tuple[jax.Array, jax.Array]:
            transforms = jax_impl.posed(pose, data["base_relatives"], bones) @ data["inverse_base_absolutes"]
            axes = transforms[:, :3].swapaxes(1, 2).reshape(-1, 3)
            r = pose[:3]
            cosine, sine, rest = jax_rotation.coefficients(jnp.square(r).sum())
            return cosine * axes + sine * jnp.cross(r, axes) + rest * (axes @ r)[:, None] * r, pose[3:6]

        (columns, shift), push = jax.linearize(nonlinear, theta)
        by_column, by_shift = jax.vmap(push, out_axes=-1)(jnp.eye(len(theta), dtype=theta.dtype))
        weighted = (data["weights"][:, :, None] * data["base_positions"][:, None]).reshape(-1, len(columns))
        vertices = weighted @ columns + shift
        moved = (weighted @ by_column.reshape(len(columns), -1)).reshape(-1, 3, len(theta)) + by_shift
        triangles = data["triangles"][data["triangle_of"]]
        corners = vertices[triangles]
        places = (us[:, :1], us[:, 1:], 1 - us.sum(1, keepdims=True))
        by_pose = -sum(place[:, :, None] * moved[triangles[:, corner]] for corner, place in enumerate(places))
        axes = jnp.broadcast_to(jnp.eye(2, dtype=us.dtype)[:, None], (2, *us.shape))
        error, along = jax.linearize(lambda own: jax_impl.complicated(corners, own, data), us)
        return {"error": error, "jacobian": jnp.concatenate([jax.vmap(along, out_axes=2)(axes), by_pose], 2)}

    return jax_backend.Evaluation(jacobian, [found[name] for name in NAMES], mode=mode)


TASK = ("jacobian_complicated",)

ALTERNATIVES = (
    Alternative("torch", "folded", (*TASK, "jacobian"), ("compile", "eager"), {"skinned": folded}),
    Alternative("torch", "linear part once", TASK, ("compile", "eager"), {"build": torch_linear}),
    Alternative("jax", "linear part once", TASK, ("jit",), {"build": jax_linear}),
)
