"""Hand tracking in JAX: bones level by level, all tangents pushed forward at once."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.autodiff.hand_tracking.problem import NAMES, Chain, Problem, chain
from bench.workloads.autodiff.rotation.jax_rotation import coefficients

Data = dict[str, jax.Array]


def posed(theta: jax.Array, base_relatives: jax.Array, bones: Chain) -> jax.Array:
    """A (B, 4, 4)."""
    angles = jnp.pad(theta, (0, 1))[bones.angles]
    (cx, cz), (sx, sz) = jnp.cos(angles), jnp.sin(angles)
    zero = jnp.zeros_like(cx)
    one = zero + 1
    bent = jnp.stack(
        [cz, -sz * cx, sz * sx, zero, sz, cz * cx, -cz * sx, zero, zero, sx, cx, zero, zero, zero, zero, one], 1
    ).reshape(-1, 4, 4)
    first, *further = jnp.split(base_relatives[bones.order] @ bent, bones.starts)
    absolutes = [first]
    for relatives, above in zip(further, bones.above, strict=True):
        absolutes.append(absolutes[-1][above] @ relatives)
    return jnp.concatenate(absolutes)[bones.back]


def skinned(theta: jax.Array, data: Data, bones: Chain) -> jax.Array:
    """The posed vertices (V, 3)."""
    transforms = posed(theta, data["base_relatives"], bones) @ data["inverse_base_absolutes"]
    axes = transforms[:, :3].swapaxes(1, 2).reshape(-1, 3)
    r = theta[:3]
    cosine, sine, rest = coefficients(jnp.square(r).sum())
    turned = cosine * axes + sine * jnp.cross(r, axes) + rest * (axes @ r)[:, None] * r
    weighted = (data["weights"][:, :, None] * data["base_positions"][:, None]).reshape(-1, len(axes))
    return weighted @ turned + theta[3:6]


def simple(vertices: jax.Array, data: Data) -> jax.Array:
    """e (N, 3) of points that belong to vertices."""
    return data["points"] - vertices[data["correspondences"]]


def complicated(corners: jax.Array, us: jax.Array, data: Data) -> jax.Array:
    """e (N, 3) of points that belong to places on triangles with these corners (N, 3, 3)."""
    u, v = us[:, :1], us[:, 1:]
    return data["points"] - (u * corners[:, 0] + v * corners[:, 1] + (1 - u - v) * corners[:, 2])


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task."""
    found = jax_backend.arrays(problem.inputs(), device, precision)
    on_triangles = task.endswith("complicated")
    bones = chain(problem.parents).on(lambda index: jax_backend.array(index, device, precision))

    def error(theta: jax.Array, data: Data) -> tuple[jax.Array, jax.Array]:
        """e, and what its derivatives by u need: the corners."""
        vertices = skinned(theta, data, bones)
        if not on_triangles:
            return simple(vertices, data), vertices
        corners = vertices[data["triangles"][data["triangle_of"]]]
        return complicated(corners, data["us"], data), corners

    def primal(*arguments: jax.Array) -> Data:
        data = dict(zip(NAMES, arguments, strict=True))
        return {"error": error(data["theta"], data)[0]}

    def jacobian(*arguments: jax.Array) -> Data:
        data = dict(zip(NAMES, arguments, strict=True))
        theta, us = data["theta"], data["us"]
        value, push, corners = jax.linearize(lambda pose: error(pose, data), theta, has_aux=True)
        columns = jax.vmap(push, out_axes=2)(jnp.eye(len(theta), dtype=theta.dtype))
        if on_triangles:
            axes = jnp.broadcast_to(jnp.eye(2, dtype=us.dtype)[:, None], (2, *us.shape))
            by_us = jax.vmap(jax.linearize(lambda own: complicated(corners, own, data), us)[1], out_axes=2)(axes)
            columns = jnp.concatenate([by_us, columns], 2)
        return {"error": value, "jacobian": columns}

    return jax_backend.Evaluation(
        primal if task.startswith("primal") else jacobian,
        [found[name] for name in NAMES],
        mode=mode,
    )
