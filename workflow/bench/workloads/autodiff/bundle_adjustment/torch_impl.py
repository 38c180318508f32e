"""Bundle adjustment in PyTorch: two pullbacks of all observations at once by autograd."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.autodiff.bundle_adjustment.problem import Problem
from bench.workloads.autodiff.rotation.torch_rotation import coefficients

Outputs = dict[str, Tensor]


def residuals(camera: Tensor, point: Tensor, w: Tensor, feats: Tensor) -> Tensor:
    """e (p, 2) of cameras (p, 11) and points (p, 3), gathered per observation, weights (p,) and features (p, 2)."""
    r, centre, focal, principal, distortion = camera.split([3, 3, 1, 2, 2], 1)
    offset = point - centre
    cosine, sine, rest = coefficients(r.square().sum(1, keepdim=True))
    along = (r * offset).sum(1, keepdim=True)
    place = cosine * offset + sine * torch.linalg.cross(r, offset) + rest * along * r
    q = place[:, :2] / place[:, 2:]
    rho = q.square().sum(1, keepdim=True)
    stretch = 1 + rho * (distortion[:, :1] + rho * distortion[:, 1:])
    return w[:, None] * (focal * stretch * q + principal - feats)


def primal(cams: Tensor, X: Tensor, w: Tensor, obs: Tensor, feats: Tensor) -> Outputs:
    """Both errors."""
    camera, point = obs.unbind(1)
    return {"reproj_err": residuals(cams[camera], X[point], w, feats), "w_err": 1 - w.square()}


def jacobian(cams: Tensor, X: Tensor, w: Tensor, obs: Tensor, feats: Tensor) -> Outputs:
    """Both errors and the blocks of their derivatives."""
    camera, point = obs.unbind(1)
    own = tuple(each.detach().requires_grad_() for each in (cams[camera], X[point], w))
    error = residuals(*own, feats)
    rows = [torch.autograd.grad(error[:, axis].sum(), own, retain_graph=axis == 0) for axis in (0, 1)]
    blocks = torch.stack([torch.cat([by_camera, by_point, by_w[:, None]], 1) for by_camera, by_point, by_w in rows], 1)
    return {"reproj_err": error.detach(), "w_err": 1 - w.square(), "reproj_jacobian": blocks, "w_jacobian": -2 * w}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `primal` or `jacobian`. Raises Unsupported where the mode does not exist."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    return torch_backend.Evaluation({"primal": primal, "jacobian": jacobian}[task],
                                    [data[name] for name in ("cams", "X", "w", "obs", "feats")], mode=mode,
                                    device=device, precision=precision, inference=task == "primal")
