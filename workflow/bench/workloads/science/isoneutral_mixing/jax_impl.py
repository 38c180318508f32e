"""Isoneutral mixing in JAX: slices of arrays of equal shape, padded along z alone, so that XLA can fuse them."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
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

Array = jax.Array


def closed(values: Array) -> Array:
    """The values on top faces below the surface, with zeros for the bottom and the surface."""
    return jnp.pad(values, ((1, 1), (0, 0), (0, 0)))


def cells(
    salt: Array, temp: Array, tracer: Array, K_iso: Array, maskT: Array, maskW: Array, dzw: Array, zt: Array
) -> Cells:
    """What all triads of a cell share; `dzw` and `zt` (z, 1, 1)."""
    alpha, beta = expansion(temp, maskT, zt)
    scale = maskW[:-1] / dzw[:-1]
    temp_z, salt_z, tracer_z = (
        closed(values)
        for values in (jnp.diff(temp, axis=0) * scale, jnp.diff(salt, axis=0) * scale, jnp.diff(tracer, axis=0))
    )
    below, above = (
        -1 / (jnp.minimum(alpha * temp_z[faces] + beta * salt_z[faces], 0) - EPSILON)
        for faces in (slice(None, -1), slice(1, None))
    )
    kappa = 0.5 * (K_iso + jnp.concatenate([K_iso[:1], K_iso[:-1]]))
    return Cells(alpha, beta, below, above, tracer_z[:-1], tracer_z[1:], kappa)


def lateral(
    cell: Cells, axis: int, temp: Array, salt: Array, step: Array, width: Array, dzw_below: Array, dzw_above: Array
) -> tuple[Array, Array, Array, Array]:
    """Sums over triads along x or y, from gradients of `temp` and `salt`, the tracer's `step` and the `width` on faces.

    Returns on faces Σ Δz max(50, κ t) and κ Σ t s δ_z C, and on the top faces of the cells inside of the outermost
    Σ width t s² and Σ t s step.
    """
    kappa = 0.5 * (lower(cell.kappa, axis) + upper(cell.kappa, axis))
    diagonal = skew = jnp.zeros_like(temp)
    squares = mixed = jnp.zeros_like(upper(lower(cell.kappa, axis), axis)[1:])
    # of a cell's two faces in z, the one below is the top face of the level underneath
    parts = (
        (cell.inverse_below, cell.tracer_below, dzw_below, slice(1, None)),
        (cell.inverse_above, cell.tracer_above, dzw_above, slice(None, -1)),
    )
    for side, other in ((lower, upper), (upper, lower)):
        density = side(cell.alpha, axis) * temp + side(cell.beta, axis) * salt
        for inverse, tracer, dzw, levels in parts:
            slope = density * side(inverse, axis)
            taper = 0.5 * (1 + jnp.tanh((SLOPE_C - jnp.abs(slope)) * (1 / SLOPE_D)))
            diagonal += dzw * jnp.maximum(kappa * taper, STEEP)
            tapered = taper * slope
            skew += tapered * side(tracer, axis)
            squares += other(width * tapered * slope, axis)[levels]
            mixed += other(tapered * step, axis)[levels]
    return diagonal, kappa * skew, squares, mixed


def forward(
    salt: Array,
    temp: Array,
    tracer: Array,
    K_iso: Array,
    maskT: Array,
    maskU: Array,
    maskV: Array,
    maskW: Array,
    dxt: Array,
    dxu: Array,
    dyt: Array,
    dyu: Array,
    dzt: Array,
    dzw: Array,
    zt: Array,
    cost: Array,
    cosu: Array,
) -> dict[str, Array]:
    """`K_11`, `K_22`, `K_33` and `tendency` from fields (z, y, x) and spacings (z), (y) or (x)."""
    dzt, dzw, zt = dzt[:, None, None], dzw[:, None, None], zt[:, None, None]
    dyt, dyu, cost, cosu = dyt[2:-2, None], dyu[1:-2, None], cost[2:-2, None], cosu[1:-2, None]
    dxt, dxu = dxt[2:-2], dxu[1:-2]
    salt, temp, tracer, K_iso, maskT, maskU, maskV, maskW = (
        field[:, 1:-1, 1:-1] for field in (salt, temp, tracer, K_iso, maskT, maskU, maskV, maskW)
    )
    cell = cells(salt, temp, tracer, K_iso, maskT, maskW, dzw, zt)
    dzw_below = jnp.concatenate([jnp.zeros_like(dzw[:1]), dzw[:-1]])
    quarter = 0.25 / dzt

    temp_x, salt_x, step_x = (jnp.diff(field[:, 1:-1]) for field in (temp, salt, tracer))
    mask, length = maskU[:, 1:-1, :-1], dxu * cost
    diagonal, skew, square_x, mixed_x = lateral(
        cell.inside(EAST), EAST, temp_x * mask / length, salt_x * mask / length, step_x, dxu, dzw_below, dzw
    )
    K_11 = diagonal * mask * quarter
    east = K_11 * step_x / length + skew * quarter

    temp_y, salt_y, step_y = (jnp.diff(field[:, :, 1:-1], axis=NORTH) for field in (temp, salt, tracer))
    mask, step_y = maskV[:, :-1, 1:-1], cosu * step_y
    diagonal, skew, square_y, mixed_y = lateral(
        cell.inside(NORTH), NORTH, temp_y * mask / dyu, salt_y * mask / dyu, step_y, cosu * dyu, dzw_below, dzw
    )
    K_22 = diagonal * mask * quarter
    north = K_22 * step_y / dyu + skew * (cosu * quarter)

    kappa, across_x, across_y = 0.25 * K_iso[:-1, 1:-1, 1:-1], 1 / dxt, 1 / (dyt * cost)
    K_33 = kappa * (square_x * across_x + square_y * across_y)
    top = kappa * (mixed_x * (across_x / cost) + mixed_y * across_y)
    top += K_33 * jnp.diff(tracer[:, 1:-1, 1:-1], axis=0) / dzw[:-1]
    tendency = maskT[:, 1:-1, 1:-1] * (
        jnp.diff(east) * (across_x / cost)
        + jnp.diff(north, axis=NORTH) * across_y
        + jnp.diff(closed(top), axis=0) / dzt
    )
    return {"K_11": K_11, "K_22": K_22, "K_33": jnp.pad(K_33, ((0, 1), (0, 0), (0, 0))), "tendency": tendency}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    return jax_backend.Evaluation(forward, tuple(data.values()), mode=mode)
