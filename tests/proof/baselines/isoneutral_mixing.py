"""Isoneutral mixing as ocean models write it: every slope where it is needed, sums and fluxes set slice by slice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import torch

BELOW = ((slice(1, None), slice(None, -1)), (slice(None), slice(None)))
"""Levels of the cells and of their faces in z, for the face below and the face above."""


def torch_add(target: Any, index: Any, value: Any) -> Any:
    """Add to a part of the array in place."""
    target[index] += value
    return target


def jax_add(target: Any, index: Any, value: Any) -> Any:
    """A copy with an addition to a part."""
    return target.at[index].add(value)


def taper(xp: ModuleType, slope: Any) -> Any:
    """One where the slope is small, zero where it is steep."""
    return 0.5 * (1.0 + xp.tanh((1e-3 - xp.abs(slope)) / 1e-3))


def mixing(
    xp: ModuleType,
    add: Callable,
    salt: Any,
    temp: Any,
    tracer: Any,
    K_iso: Any,
    maskT: Any,
    maskU: Any,
    maskV: Any,
    maskW: Any,
    dxt: Any,
    dxu: Any,
    dyt: Any,
    dyu: Any,
    dzt: Any,
    dzw: Any,
    zt: Any,
    cost: Any,
    cosu: Any,
) -> tuple[Any, Any, Any, Any]:
    """K_11, K_22, K_33 and the tendency on the whole grid, zero in the halo; fields (z, y, x)."""
    dzt, dzw, zt = dzt[:, None, None], dzw[:, None, None], zt[:, None, None]
    dyt, dyu, cost, cosu = dyt[:, None], dyu[:, None], cost[:, None], cosu[:, None]
    zero = partial(xp.zeros_like, temp)
    drdT = -maskT * 1024.0 * (1e-5 * (temp - 9.85) + 1.67e-4 * (1 + 1.1e-8 * 9.81 * 1024.0 * xp.abs(zt)))
    drdS = maskT * 0.78e-3 * 1024.0
    gradients = []
    for field in (temp, salt):
        x = maskU[..., :-1] * (field[..., 1:] - field[..., :-1]) / (dxu[:-1] * cost)
        x = add(zero(), (..., slice(None, -1)), x)
        y = add(zero(), (slice(None), slice(None, -1)), maskV[:, :-1] * (field[:, 1:] - field[:, :-1]) / dyu[:-1])
        z = add(zero(), slice(None, -1), maskW[:-1] * (field[1:] - field[:-1]) / dzw[:-1])
        gradients.append((x, y, z))
    (dTdx, dTdy, dTdz), (dSdx, dSdy, dSdz) = gradients
    step_z = add(zero(), slice(None, -1), tracer[1:] - tracer[:-1])
    kappa = add(0.5 * K_iso, slice(1, None), 0.5 * K_iso[:-1])
    kappa = add(kappa, slice(None, 1), 0.5 * K_iso[:1])

    def lateral(east: bool, dT: Any, dS: Any) -> tuple[Any, Any]:
        faces = (slice(2, -2), slice(1, -2)) if east else (slice(1, -2), slice(2, -2))
        ends = [(slice(2, -2), slice(1 + i, -2 + i)) if east else (slice(1 + i, -2 + i), slice(2, -2)) for i in (0, 1)]
        local = 0.5 * (kappa[:, *ends[0]] + kappa[:, *ends[1]])
        total, skew = xp.zeros_like(local), xp.zeros_like(local)
        for up, down in BELOW:
            for end in ends:
                rT, rS = drdT[up, *end], drdS[up, *end]
                across = rT * dT[up, *faces] + rS * dS[up, *faces]
                along = rT * dTdz[down, *end] + rS * dSdz[down, *end]
                slope = -across / (xp.clip(along, None, 0.0) - 1e-20)
                weight = taper(xp, slope)
                total = add(total, up, dzw[down] * xp.clip(local[up] * weight, 50.0, None))
                skew = add(skew, up, local[up] * weight * slope * step_z[down, *end])
        mask = (maskU if east else maskV)[:, *faces]
        return mask * total / (4 * dzt), mask * skew / (4 * dzt)

    inner = (slice(2, -2), slice(2, -2))
    part, skew = lateral(True, dTdx, dSdx)
    K_11 = add(zero(), (slice(None), slice(2, -2), slice(1, -2)), part)
    east = skew + part * (tracer[:, 2:-2, 2:-1] - tracer[:, 2:-2, 1:-2]) / (dxu[1:-2] * cost[2:-2])
    part, skew = lateral(False, dTdy, dSdy)
    K_22 = add(zero(), (slice(None), slice(1, -2), slice(2, -2)), part)
    north = cosu[1:-2] * (skew + part * (tracer[:, 2:-1, 2:-2] - tracer[:, 1:-2, 2:-2]) / dyu[1:-2])

    kappa, mask = K_iso[:-1, *inner], maskW[:-1, *inner]
    part, top = xp.zeros_like(kappa), xp.zeros_like(kappa)
    for level in (slice(None, -1), slice(1, None)):
        rT, rS = drdT[level, *inner], drdS[level, *inner]
        along = rT * dTdz[:-1, *inner] + rS * dSdz[:-1, *inner]
        for i in (0, 1):
            west, right = slice(1 + i, -3 + i), slice(2 + i, -2 + i or None)
            slope = -(rT * dTdx[level, 2:-2, west] + rS * dSdx[level, 2:-2, west]) / (xp.clip(along, None, 0.0) - 1e-20)
            weight = taper(xp, slope) * slope * mask * kappa
            part = part + dxu[west] * weight * slope / (4 * dxt[2:-2])
            top = top + weight * (tracer[level, 2:-2, right] - tracer[level, 2:-2, west]) / (4 * dxt[2:-2] * cost[2:-2])
            slope = -(rT * dTdy[level, west, 2:-2] + rS * dSdy[level, west, 2:-2]) / (xp.clip(along, None, 0.0) - 1e-20)
            weight = cosu[west] * taper(xp, slope) * slope * mask * kappa / (4 * dyt[2:-2] * cost[2:-2])
            part = part + dyu[west] * weight * slope
            top = top + weight * (tracer[level, right, 2:-2] - tracer[level, west, 2:-2])
    K_33 = add(zero(), (slice(None, -1), *inner), part)
    top = top + part * step_z[:-1, *inner] / dzw[:-1]
    tendency = (east[..., 1:] - east[..., :-1]) / (cost[2:-2] * dxt[2:-2])
    tendency = tendency + (north[:, 1:] - north[:, :-1]) / (cost[2:-2] * dyt[2:-2])
    tendency = add(tendency, slice(None, -1), top / dzt[:-1])
    tendency = add(tendency, slice(1, None), -top / dzt[1:])
    return K_11, K_22, K_33, add(zero(), (slice(None), *inner), maskT[:, *inner] * tendency)


def torch_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of the forward task."""

    def forward(*arguments: torch.Tensor) -> tuple[Any, ...]:
        with torch.no_grad():
            return mixing(torch, torch_add, *arguments)

    return forward, tuple(torch.tensor(value) for value in problem.inputs().values())


def jax_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of the forward task."""

    def forward(*arguments: jax.Array) -> tuple[Any, ...]:
        return mixing(jnp, jax_add, *arguments)

    return forward, tuple(jnp.asarray(value) for value in problem.inputs().values())
