"""Hand tracking in JAX: bones level by level, the tangents of their transforms pushed forward at once."""

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


def turned(theta: jax.Array, data: Data, bones: Chain) -> jax.Array:
    """The columns of the posed transforms (4 B, 3), turned as the hand is."""
    transforms = posed(theta, data["base_relatives"], bones) @ data["inverse_base_absolutes"]
    axes = transforms[:, :3].swapaxes(1, 2).reshape(-1, 3)
    r = theta[:3]
    cosine, sine, rest = coefficients(jnp.square(r).sum())
    return cosine * axes + sine * jnp.cross(r, axes) + rest * (axes @ r)[:, None] * r


def weighted(data: Data) -> jax.Array:
    """What every column of a transform has a share of in every vertex (V, 4 B)."""
    return (data["weights"][:, :, None] * data["base_positions"][:, None]).reshape(len(data["base_positions"]), -1)


def simple(vertices: jax.Array, data: Data) -> jax.Array:
    """e (N, 3) of points that belong to vertices."""
    return data["points"] - vertices[data["correspondences"]]


def places(us: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The shares of the corners of a triangle in places on it, (N, 1) each."""
    u, v = us[:, :1], us[:, 1:]
    return u, v, 1 - u - v


def complicated(corners: jax.Array, us: jax.Array, data: Data) -> jax.Array:
    """e (N, 3) of points that belong to places on triangles with these corners (N, 3, 3)."""
    first, second, third = places(us)
    return data["points"] - (first * corners[:, 0] + second * corners[:, 1] + third * corners[:, 2])


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task."""
    found = jax_backend.arrays(problem.inputs(), device, precision)
    on_triangles = task.endswith("complicated")
    bones = chain(problem.parents).on(lambda index: jax_backend.array(index, device, precision))

    def primal(*arguments: jax.Array) -> Data:
        data = dict(zip(NAMES, arguments, strict=True))
        vertices = weighted(data) @ turned(data["theta"], data, bones) + data["theta"][3:6]
        if not on_triangles:
            return {"error": simple(vertices, data)}
        return {"error": complicated(vertices[data["triangles"][data["triangle_of"]]], data["us"], data)}

    def jacobian(*arguments: jax.Array) -> Data:
        """What is linear in the turned columns, its own derivative, is applied to all tangents at once."""
        data = dict(zip(NAMES, arguments, strict=True))
        theta, us = data["theta"], data["us"]
        columns, push = jax.linearize(lambda pose: turned(pose, data, bones), theta)
        eye = jnp.eye(len(theta), dtype=theta.dtype)
        tangents = jax.vmap(push, out_axes=-1)(eye)
        shares = weighted(data)
        vertices = shares @ columns + theta[3:6]
        moved = (shares @ tangents.reshape(len(columns), -1)).reshape(-1, 3, len(theta)) + eye[3:6]
        if not on_triangles:
            return {"error": simple(vertices, data), "jacobian": -moved[data["correspondences"]]}
        triangles = data["triangles"][data["triangle_of"]]
        corners = vertices[triangles]
        axes = jnp.broadcast_to(jnp.eye(2, dtype=us.dtype)[:, None], (2, *us.shape))
        error, along = jax.linearize(lambda own: complicated(corners, own, data), us)
        by_pose = -sum(place[:, :, None] * moved[triangles[:, corner]] for corner, place in enumerate(places(us)))
        return {"error": error, "jacobian": jnp.concatenate([jax.vmap(along, out_axes=2)(axes), by_pose], 2)}

    return jax_backend.Evaluation(
        primal if task.startswith("primal") else jacobian,
        [found[name] for name in NAMES],
        mode=mode,
    )
