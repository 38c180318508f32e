"""Hand tracking in JAX: bones level by level, all tangents pushed forward at once."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from bench.backends import Step, jax_backend
from bench.workloads.autodiff.hand_tracking.problem import BONES_OF_FINGER, FINGERS, NAMES, Problem, levels
from bench.workloads.autodiff.rotation.jax_rotation import coefficients

Data = dict[str, jax.Array]


def posed(theta: jax.Array, base_relatives: jax.Array, parents: list[int]) -> jax.Array:
    """A (B, 4, 4), the bones in the order of `levels`."""
    fingers = theta[6:].reshape(FINGERS, 4)
    x = jnp.pad(fingers[:, np.array([0, 2, 3])], ((0, 0), (0, 1))).ravel()
    z = jnp.pad(fingers[:, 1:2], ((0, 0), (0, BONES_OF_FINGER - 1))).ravel()
    x, z = jnp.pad(x, (2, 0)), jnp.pad(z, (2, 0))
    cx, sx, cz, sz = jnp.cos(x), jnp.sin(x), jnp.cos(z), jnp.sin(z)
    zero = jnp.zeros_like(x)
    one = zero + 1
    bent = jnp.stack([cz, -sz * cx, sz * sx, zero, sz, cz * cx, -cz * sx, zero, zero, sx, cx, zero, zero, zero, zero,
                      one], 1).reshape(-1, 4, 4)
    relatives = base_relatives @ bent
    (first, _), *further = levels(parents)
    absolutes = [relatives[np.array(first)]]
    for bones, above in further:
        absolutes.append(absolutes[-1][np.array(above)] @ relatives[np.array(bones)])
    return jnp.concatenate(absolutes)


def skinned(theta: jax.Array, data: Data, parents: list[int]) -> jax.Array:
    """The posed vertices (V, 3)."""
    order = np.array([bone for bones, _ in levels(parents) for bone in bones])
    transforms = posed(theta, data["base_relatives"], parents) @ data["inverse_base_absolutes"][order]
    axes = transforms[:, :3].swapaxes(1, 2).reshape(-1, 3)
    r = theta[:3]
    cosine, sine, rest = coefficients(jnp.square(r).sum())
    turned = cosine * axes + sine * jnp.cross(r, axes) + rest * (axes @ r)[:, None] * r
    weighted = (data["weights"][:, order, None] * data["base_positions"][:, None]).reshape(-1, len(axes))
    return weighted @ turned + theta[3:6]


def simple(vertices: jax.Array, data: Data) -> jax.Array:
    """e (N, 3) of points that belong to vertices."""
    return data["points"] - vertices[data["correspondences"]]


def complicated(vertices: jax.Array, us: jax.Array, data: Data) -> jax.Array:
    """e (N, 3) of points that belong to places on triangles."""
    corners = vertices[data["triangles"][data["triangle_of"]]]
    places = jnp.concatenate([us, 1 - us.sum(1, keepdims=True)], 1)
    return data["points"] - (places[:, :, None] * corners).sum(1)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task; in `scan` every step has arguments of its own."""
    found = jax_backend.arrays(problem.inputs(), device, precision)
    on_triangles = task.endswith("complicated")

    def error(theta: jax.Array, data: Data) -> jax.Array:
        vertices = skinned(theta, data, problem.parents)
        return complicated(vertices, data["us"], data) if on_triangles else simple(vertices, data)

    def primal(*arguments: jax.Array) -> Data:
        data = dict(zip(NAMES, arguments, strict=True))
        return {"error": error(data["theta"], data)}

    def jacobian(*arguments: jax.Array) -> Data:
        data = dict(zip(NAMES, arguments, strict=True))
        theta, us = data["theta"], data["us"]
        value, push = jax.linearize(lambda pose: error(pose, data), theta)
        columns = jax.vmap(push, out_axes=2)(jnp.eye(len(theta), dtype=theta.dtype))
        if on_triangles:
            vertices = skinned(theta, data, problem.parents)
            axes = jnp.broadcast_to(jnp.eye(2, dtype=us.dtype)[:, None], (2, *us.shape))
            by_us = jax.vmap(jax.linearize(lambda own: complicated(vertices, own, data), us)[1], out_axes=2)(axes)
            columns = jnp.concatenate([by_us, columns], 2)
        return {"error": value, "jacobian": columns}

    return jax_backend.Evaluation(primal if task.startswith("primal") else jacobian, [found[name] for name in NAMES],
                                  mode=mode, steps=jax_backend.scan_steps(problem))
