"""Isoneutral mixing in PyTorch: slices, with the sums over triads in place, which a compiler fuses just as well."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from bench.backends import Step, torch_backend
from bench.workloads.science.isoneutral_mixing.problem import (
    EAST,
    EPSILON,
    NORTH,
    SLOPE_C,
    SLOPE_D,
    STEEP,
    Cells,
    Problem,
    expansion,
    lower,
    upper,
)


def closed(values: Tensor) -> Tensor:
    """The values on top faces below the surface, with zeros for the bottom and the surface."""
    return pad(values, (0, 0, 0, 0, 1, 1))


def cells(
    salt: Tensor, temp: Tensor, tracer: Tensor, K_iso: Tensor, maskT: Tensor, maskW: Tensor, dzw: Tensor, zt: Tensor
) -> Cells:
    """What all triads of a cell share; `dzw` and `zt` (z, 1, 1)."""
    alpha, beta = expansion(temp, maskT, zt)
    scale = maskW[:-1] / dzw[:-1]
    temp_z, salt_z, tracer_z = (
        closed(values)
        for values in (torch.diff(temp, dim=0) * scale, torch.diff(salt, dim=0) * scale, torch.diff(tracer, dim=0))
    )
    densities = ((alpha * temp_z[faces]).addcmul_(beta, salt_z[faces]) for faces in (slice(None, -1), slice(1, None)))
    below, above = (density.clamp_(max=0).sub_(EPSILON).reciprocal_().neg_() for density in densities)
    kappa = 0.5 * (K_iso + torch.cat([K_iso[:1], K_iso[:-1]]))
    return Cells(alpha, beta, below, above, tracer_z[:-1], tracer_z[1:], kappa)


def lateral(
    cell: Cells,
    axis: int,
    temp: Tensor,
    salt: Tensor,
    step: Tensor,
    width: Tensor,
    dzw_below: Tensor,
    dzw_above: Tensor,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Sums over triads along x or y, from gradients of `temp` and `salt`, the tracer's `step` and the `width` on faces.

    Returns on faces Σ Δz max(50, κ t) and κ Σ t s δ_z C, and on the top faces of the cells inside of the outermost
    Σ width t s² and Σ t s step.
    """
    kappa = 0.5 * (lower(cell.kappa, axis) + upper(cell.kappa, axis))
    diagonal, skew = torch.zeros_like(temp), torch.zeros_like(temp)
    squares = torch.zeros_like(upper(lower(cell.kappa, axis), axis)[1:])
    mixed = torch.zeros_like(squares)
    # of a cell's two faces in z, the one below is the top face of the level underneath
    parts = (
        (cell.inverse_below, cell.tracer_below, dzw_below, slice(1, None)),
        (cell.inverse_above, cell.tracer_above, dzw_above, slice(None, -1)),
    )
    for side, other in ((lower, upper), (upper, lower)):
        density = (side(cell.alpha, axis) * temp).addcmul_(side(cell.beta, axis), salt)
        for inverse, tracer, dzw, levels in parts:
            slope = density * side(inverse, axis)
            taper = slope.abs().mul_(-1 / SLOPE_D).add_(SLOPE_C / SLOPE_D).tanh_().add_(1).mul_(0.5)
            diagonal.addcmul_((kappa * taper).clamp_(min=STEEP), dzw)
            tapered = taper.mul_(slope)
            skew.addcmul_(tapered, side(tracer, axis))
            mixed += other(tapered * step, axis)[levels]
            squares += other(slope.mul_(tapered).mul_(width), axis)[levels]
    return diagonal, skew.mul_(kappa), squares, mixed


def forward(
    salt: Tensor,
    temp: Tensor,
    tracer: Tensor,
    K_iso: Tensor,
    maskT: Tensor,
    maskU: Tensor,
    maskV: Tensor,
    maskW: Tensor,
    dxt: Tensor,
    dxu: Tensor,
    dyt: Tensor,
    dyu: Tensor,
    dzt: Tensor,
    dzw: Tensor,
    zt: Tensor,
    cost: Tensor,
    cosu: Tensor,
) -> dict[str, Tensor]:
    """`K_11`, `K_22`, `K_33` and `tendency` from fields (z, y, x) and spacings (z), (y) or (x)."""
    dzt, dzw, zt = dzt[:, None, None], dzw[:, None, None], zt[:, None, None]
    dyt, dyu, cost, cosu = dyt[2:-2, None], dyu[1:-2, None], cost[2:-2, None], cosu[1:-2, None]
    dxt, dxu = dxt[2:-2], dxu[1:-2]
    salt, temp, tracer, K_iso, maskT, maskU, maskV, maskW = (
        field[:, 1:-1, 1:-1] for field in (salt, temp, tracer, K_iso, maskT, maskU, maskV, maskW)
    )
    cell = cells(salt, temp, tracer, K_iso, maskT, maskW, dzw, zt)
    dzw_below = torch.cat([torch.zeros_like(dzw[:1]), dzw[:-1]])
    quarter = 0.25 / dzt

    temp_x, salt_x, step_x = (torch.diff(field[:, 1:-1]) for field in (temp, salt, tracer))
    mask, length = maskU[:, 1:-1, :-1], dxu * cost
    scale = mask / length
    diagonal, skew, square_x, mixed_x = lateral(
        cell.inside(EAST), EAST, temp_x.mul_(scale), salt_x.mul_(scale), step_x, dxu, dzw_below, dzw
    )
    K_11 = diagonal.mul_(mask).mul_(quarter)
    east = skew.mul_(quarter).addcmul_(K_11, step_x.div_(length))

    temp_y, salt_y, step_y = (torch.diff(field[:, :, 1:-1], dim=NORTH) for field in (temp, salt, tracer))
    mask = maskV[:, :-1, 1:-1]
    scale = mask / dyu
    diagonal, skew, square_y, mixed_y = lateral(
        cell.inside(NORTH), NORTH, temp_y.mul_(scale), salt_y.mul_(scale), step_y.mul_(cosu), cosu * dyu, dzw_below, dzw
    )
    K_22 = diagonal.mul_(mask).mul_(quarter)
    north = skew.mul_(cosu * quarter).addcmul_(K_22, step_y.div_(dyu))

    kappa, across_x, across_y = 0.25 * K_iso[:-1, 1:-1, 1:-1], 1 / dxt, 1 / (dyt * cost)
    K_33 = square_x.mul_(across_x).addcmul_(square_y, across_y).mul_(kappa)
    top = mixed_x.mul_(across_x / cost).addcmul_(mixed_y, across_y).mul_(kappa)
    top.addcmul_(K_33, torch.diff(tracer[:, 1:-1, 1:-1], dim=0).div_(dzw[:-1]))
    tendency = torch.diff(east).mul_(across_x / cost).addcmul_(torch.diff(north, dim=NORTH), across_y)
    tendency.add_(torch.diff(closed(top), dim=0).div_(dzt)).mul_(maskT[:, 1:-1, 1:-1])
    return {"K_11": K_11, "K_22": K_22, "K_33": pad(K_33, (0, 0, 0, 0, 0, 1)), "tendency": tendency}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    return torch_backend.Evaluation(
        forward, tuple(data.values()), mode=mode, device=device, precision=precision, inference=True
    )
