"""Bundle adjustment in PyTorch: all observations at once, two pullbacks by torch.func.vjp."""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import Tensor
from torch.func import vjp

from bench.backends import Step, torch_backend
from bench.workloads.autodiff.bundle_adjustment.problem import Problem
from bench.workloads.autodiff.rotation.torch_rotation import coefficients

Columns: TypeAlias = tuple[Tensor, ...]


def reprojection_error(cam: Columns, X: Columns, w: Tensor, feat: Columns) -> tuple[Tensor, Tensor]:
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


def columns(rows: Tensor, index: Tensor) -> Columns:
    """The columns of `rows[index]`, each contiguous."""
    return rows.T.contiguous()[:, index].unbind(0)


def primal(cams: Tensor, X: Tensor, w: Tensor, obs: Tensor, feats: Tensor) -> dict[str, Tensor]:
    """The residuals."""
    error = reprojection_error(columns(cams, obs[:, 0]), columns(X, obs[:, 1]), w, feats.unbind(1))
    return {"reproj_err": torch.stack(error, 1), "w_err": 1 - w * w}


def jacobian(cams: Tensor, X: Tensor, w: Tensor, obs: Tensor, feats: Tensor) -> dict[str, Tensor]:
    """The residuals and the blocks of their Jacobian."""
    feat = feats.unbind(1)
    error, pullback = vjp(
        lambda cam, X, w: reprojection_error(cam, X, w, feat), columns(cams, obs[:, 0]), columns(X, obs[:, 1]), w
    )[:2]
    one, zero = torch.ones_like(w), torch.zeros_like(w)
    first, second = ((*cam, *point, weight) for cam, point, weight in (pullback((one, zero)), pullback((zero, one))))
    w_err, w_pullback = vjp(lambda w: 1 - w * w, w)[:2]
    return {
        "reproj_err": torch.stack(error, 1),
        "w_err": w_err,
        "reproj_jacobian": torch.stack(first + second, 1).view(len(w), 2, -1),
        "w_jacobian": w_pullback(one)[0],
    }


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `primal` or `jacobian`. Raises Unsupported where the mode does not exist."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    return torch_backend.Evaluation(
        {"primal": primal, "jacobian": jacobian}[task],
        [data[name] for name in ("cams", "X", "w", "obs", "feats")],
        mode=mode,
        device=device,
        precision=precision,
        inference=task == "primal",
    )
