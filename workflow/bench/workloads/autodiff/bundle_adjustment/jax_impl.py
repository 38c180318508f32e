"""Bundle adjustment in JAX: two pullbacks of all observations at once by vjp."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.autodiff.bundle_adjustment.problem import Problem
from bench.workloads.autodiff.rotation.jax_rotation import coefficients

Outputs = dict[str, jax.Array]


def residuals(camera: jax.Array, point: jax.Array, w: jax.Array, feats: jax.Array) -> jax.Array:
    """e (p, 2) of cameras (p, 11) and points (p, 3), gathered per observation, weights (p,) and features (p, 2)."""
    r, centre, focal, principal, distortion = jnp.split(camera, (3, 6, 7, 9), 1)
    offset = point - centre
    cosine, sine, rest = coefficients(jnp.square(r).sum(1, keepdims=True))
    along = (r * offset).sum(1, keepdims=True)
    place = cosine * offset + sine * jnp.cross(r, offset) + rest * along * r
    q = place[:, :2] / place[:, 2:]
    rho = jnp.square(q).sum(1, keepdims=True)
    stretch = 1 + rho * (distortion[:, :1] + rho * distortion[:, 1:])
    return w[:, None] * (focal * stretch * q + principal - feats)


def primal(cams: jax.Array, X: jax.Array, w: jax.Array, obs: jax.Array, feats: jax.Array) -> Outputs:
    """Both errors."""
    return {"reproj_err": residuals(cams[obs[:, 0]], X[obs[:, 1]], w, feats), "w_err": 1 - jnp.square(w)}


def jacobian(cams: jax.Array, X: jax.Array, w: jax.Array, obs: jax.Array, feats: jax.Array) -> Outputs:
    """Both errors and the blocks of their derivatives."""
    error, pull = jax.vjp(lambda *own: residuals(*own, feats), cams[obs[:, 0]], X[obs[:, 1]], w)
    rows = [pull(jnp.zeros_like(error).at[:, axis].set(1)) for axis in (0, 1)]
    blocks = jnp.stack([jnp.concatenate([by_camera, by_point, by_w[:, None]], 1)
                        for by_camera, by_point, by_w in rows], 1)
    return {"reproj_err": error, "w_err": 1 - jnp.square(w), "reproj_jacobian": blocks, "w_jacobian": -2 * w}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `primal` or `jacobian`; in `scan` every step has arguments of its own."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    return jax_backend.Evaluation({"primal": primal, "jacobian": jacobian}[task],
                                  [data[name] for name in ("cams", "X", "w", "obs", "feats")], mode=mode,
                                  steps=jax_backend.scan_steps(problem))
