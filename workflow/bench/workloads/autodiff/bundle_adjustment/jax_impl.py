"""Bundle adjustment in JAX: all observations at once, two pullbacks by jax.vjp."""

from __future__ import annotations

from typing import TypeAlias

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.autodiff.bundle_adjustment.problem import Problem
from bench.workloads.autodiff.rotation.jax_rotation import coefficients

Columns: TypeAlias = tuple[jax.Array, ...]


def reprojection_error(cam: Columns, X: Columns, w: jax.Array, feat: Columns) -> tuple[jax.Array, jax.Array]:
    """e of every observation, from the columns of its camera (11), point (3) and measurement (2), each (p,)."""
    r1, r2, r3, c1, c2, c3, f, u, v, k1, k2 = cam
    x, y, z = X[0] - c1, X[1] - c2, X[2] - c3
    cosine, sine, rest = coefficients(r1 * r1 + r2 * r2 + r3 * r3)
    along = rest * (r1 * x + r2 * y + r3 * z)
    depth = cosine * z + sine * (r1 * y - r2 * x) + along * r3
    q1 = (cosine * x + sine * (r2 * z - r3 * y) + along * r1) / depth
    q2 = (cosine * y + sine * (r3 * x - r1 * z) + along * r2) / depth
    rho = q1 * q1 + q2 * q2
    stretch = f * (1 + rho * (k1 + rho * k2))
    return w * (q1 * stretch + u - feat[0]), w * (q2 * stretch + v - feat[1])


def columns(rows: jax.Array, index: jax.Array) -> Columns:
    """The columns of `rows[index]`."""
    return tuple(rows.T[:, index])


def primal(cams: jax.Array, X: jax.Array, w: jax.Array, obs: jax.Array, feats: jax.Array) -> dict[str, jax.Array]:
    """The residuals."""
    error = reprojection_error(columns(cams, obs[:, 0]), columns(X, obs[:, 1]), w, tuple(feats.T))
    return {"reproj_err": jnp.stack(error, 1), "w_err": 1 - w * w}


def jacobian(cams: jax.Array, X: jax.Array, w: jax.Array, obs: jax.Array, feats: jax.Array) -> dict[str, jax.Array]:
    """The residuals and the blocks of their Jacobian."""
    feat = tuple(feats.T)
    error, pullback = jax.vjp(
        lambda cam, X, w: reprojection_error(cam, X, w, feat), columns(cams, obs[:, 0]), columns(X, obs[:, 1]), w
    )
    one, zero = jnp.ones_like(w), jnp.zeros_like(w)
    entries = jax.tree.leaves([pullback((one, zero)), pullback((zero, one))])
    w_err, w_pullback = jax.vjp(lambda w: 1 - w * w, w)
    return {
        "reproj_err": jnp.stack(error, 1),
        "w_err": w_err,
        "reproj_jacobian": jnp.stack(entries, 1).reshape(len(w), 2, -1),
        "w_jacobian": w_pullback(one)[0],
    }


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `primal` or `jacobian`."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    return jax_backend.Evaluation(
        {"primal": primal, "jacobian": jacobian}[task],
        [data[name] for name in ("cams", "X", "w", "obs", "feats")],
        mode=mode,
    )
