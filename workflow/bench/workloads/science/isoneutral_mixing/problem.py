r"""Isoneutral mixing: diffusion of a tracer along the neutral surfaces of an ocean, a stencil in three dimensions.

Eddies mix tracers along surfaces of equal density (locally referenced), hardly across them. For small slopes
s = −∂ₓρ/∂_zρ (likewise in y) of these surfaces the tendency of a tracer C is ∇·(K ∇C) with the symmetric tensor

    K = κ ( 1    0    s_x       )
          ( 0    1    s_y       )
          ( s_x  s_y  s_x²+s_y² )

Discretised by triads (Griffies et al. 1998): a triad is a cell, one of its faces in x (or y) and one in z; it has a
slope s = −ρ_x/(min(0, ρ_z) − 10⁻²⁰), where ρ_x and ρ_z are α ∂T + β ∂S with the differences of temperature T and
salinity S across the two faces and α = ∂ρ/∂T, β = ∂ρ/∂S of the cell, and a taper t = ½ (1 + tanh((10⁻³ − |s|)/10⁻³))
that switches mixing off where neutral surfaces are steep. With ⟨·⟩ a quarter of the sum over the four triads at a face:

    K_11 = m ⟨Δz max(50, κ t)⟩/Δz_t                            on eastern faces, m their mask; K_22 on northern
    F_x  = κ ⟨t s δ_z C⟩/Δz_t + K_11 δ_x C/(Δx_u cos φ)        F_y likewise, times cos φ of the face
    K_33 = κ ⟨Δx_u t s²⟩/Δx_t + κ ⟨cos φ Δy_u t s²⟩/(Δy_t cos φ_t)                           on top faces
    F_z  = κ (⟨t s δ_x C⟩/Δx_t + ⟨t s cos φ δ_y C⟩/Δy_t)/cos φ_t + K_33 δ_z C/Δz_w

Input: `salt` in g/kg, `temp` in °C, `tracer`, `K_iso` (κ on top faces, m²/s), four masks, all (z, y, x) with a halo of
two cells in y and x, and the spacings of `bench.workloads.science.ocean_grid.grid`. Output of the one task `forward`,
for the cells inside of the halo and the faces around them: `K_11` (z, y − 4, x − 3), `K_22` (z, y − 3, x − 4), `K_33`
(z, y − 4, x − 4), in m²/s, and `tendency` = ∇·F (z, y − 4, x − 4) in the tracer's unit per second.

Veros steps the term of K_33 implicitly, by a tridiagonal solve; here it is part of the tendency. Veros and the
published benchmark compute each slope twice, once for the lateral face and once for the top face; here once, in NumPy
and in both frameworks alike. Axes are (z, y, x), depth first, against Veros's (x, y, z).

Reference: the kernel of this file in NumPy, which tests hold to conservation, to the decay of variance and to the
neutrality of temperature where it alone makes density. In float32 ρ_z loses digits where T and S nearly compensate.
Asymmetry: none in the mathematics; PyTorch and NumPy work in place, JAX has no such operation.

Sources: Griffies, Gnanadesikan, Pacanowski, Larichev, Dukowicz, Smith (J. Phys. Oceanogr. 28, 1998); Häfner et al.
(2018, 2021), Veros, `isoneutral`; Häfner, pyhpc-benchmarks (Unlicense), `isoneutral_mixing`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bench.workloads.science.ocean_grid import grid
from bench.workloads.science.ocean_grid.grid import SIZES, SWEEPS

__all__ = ["SIZES", "SWEEPS", "Problem", "diffuse"]

TITLE = {"en": "Isoneutral mixing in the ocean", "zh": "海洋等中性面混合"}
SECTION = 6
SCENARIO = "numerics"
ITEM = "elements"
TASKS = ("forward",)
QUICK_TASKS = ("forward",)
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
SWEEP_TASKS = ("forward",)
CHECK_TASKS = TASKS
BASELINE_TASKS = ("forward",)
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-10
PRECISION_TOLERANCE = {"float64": 1e-10, "float32": 5e-3}

SEED = 20240602
RHO_0, THETA_0, GRAVITY = 1024.0, 283.0 - 273.15, 9.81
"""Reference density in kg/m³ and temperature in °C; acceleration of gravity in m/s²."""
BETA_T, BETA_TS, GAMMA, BETA_S = 1.67e-4, 1e-5, 1.1e-8, 0.78e-3
"""Thermal expansion in 1/K, its increase in 1/K² and with pressure in 1/Pa; haline contraction in kg/g."""
SLOPE_C, SLOPE_D, STEEP, EPSILON = 1e-3, 1e-3, 50.0, 1e-20
"""Slope at which the taper is a half, its width; diffusivity left on steep slopes in m²/s; what keeps ρ_z from zero."""
FLOPS_PER_ELEMENT = 250
LARGEST_REFERENCE = 2**21
"""Elements up to which the reference takes seconds at most."""

EAST, NORTH = 2, 1
"""The axes of x and y."""


class Cells(NamedTuple):
    """What triads take from their cell, all of one shape; `below` and `above` are faces of the cell."""

    alpha: Any
    beta: Any
    inverse_below: Any
    inverse_above: Any
    tracer_below: Any
    tracer_above: Any
    kappa: Any

    def inside(self, axis: int) -> Cells:
        """Without the outermost cells on both sides along the other horizontal axis."""
        return Cells(*(part[:, 1:-1] if axis == EAST else part[:, :, 1:-1] for part in self))


def lower(values: Any, axis: int) -> Any:
    """All but the last along an axis of x or y: what lies west or south of a face."""
    return values[..., :-1] if axis == EAST else values[:, :-1]


def upper(values: Any, axis: int) -> Any:
    """All but the first: what lies east or north of a face."""
    return values[..., 1:] if axis == EAST else values[:, 1:]


def expansion(temp: Any, mask: Any, zt: Any) -> tuple[Any, Any]:
    """α = ∂ρ/∂T and β = ∂ρ/∂S of cells at the heights `zt` (z, 1, 1), zero on land; of any framework's arrays."""
    cold = -RHO_0 * (BETA_T * (1 + GAMMA * GRAVITY * RHO_0 * abs(zt)) - BETA_TS * THETA_0)
    return (cold - RHO_0 * BETA_TS * temp) * mask, BETA_S * RHO_0 * mask


def closed(values: np.ndarray) -> np.ndarray:
    """The values on top faces below the surface, with zeros for the bottom and the surface."""
    padded = np.zeros((len(values) + 2, *values.shape[1:]), values.dtype)
    padded[1:-1] = values
    return padded


def cells(
    salt: np.ndarray,
    temp: np.ndarray,
    tracer: np.ndarray,
    K_iso: np.ndarray,
    maskT: np.ndarray,
    maskW: np.ndarray,
    dzw: np.ndarray,
    zt: np.ndarray,
) -> Cells:
    """What all triads of a cell share; `dzw` and `zt` (z, 1, 1)."""
    alpha, beta = expansion(temp, maskT, zt)
    scale = maskW[:-1] / dzw[:-1]
    temp_z, salt_z, tracer_z = (
        closed(np.diff(temp, axis=0) * scale),
        closed(np.diff(salt, axis=0) * scale),
        closed(np.diff(tracer, axis=0)),
    )
    inverse = []
    for faces in (slice(None, -1), slice(1, None)):
        density_z = alpha * temp_z[faces]
        density_z += beta * salt_z[faces]
        np.minimum(density_z, 0, out=density_z)
        density_z -= EPSILON
        inverse.append(np.divide(-1, density_z, out=density_z))
    kappa = K_iso.copy()
    kappa[1:] += K_iso[:-1]
    kappa[0] *= 2
    kappa *= 0.5
    below, above = inverse
    return Cells(alpha, beta, below, above, tracer_z[:-1], tracer_z[1:], kappa)


def lateral(
    cell: Cells,
    axis: int,
    temp: np.ndarray,
    salt: np.ndarray,
    step: np.ndarray,
    width: np.ndarray,
    dzw_below: np.ndarray,
    dzw_above: np.ndarray,
) -> tuple[np.ndarray, ...]:
    """Sums over triads along x or y, from gradients of `temp` and `salt`, the tracer's `step` and the `width` on faces.

    Returns on faces Σ Δz max(50, κ t) and κ Σ t s δ_z C, and on cells inside of the outermost, below and above each,
    Σ width t s² and Σ t s step.
    """
    kappa = lower(cell.kappa, axis) + upper(cell.kappa, axis)
    kappa *= 0.5
    diagonal, skew = np.zeros_like(temp), np.zeros_like(temp)
    taper, slope, scratch = np.empty_like(temp), np.empty_like(temp), np.empty_like(temp)
    shape = upper(lower(cell.kappa, axis), axis).shape
    squares, mixed = np.zeros((2, *shape), temp.dtype), np.zeros((2, *shape), temp.dtype)
    for side, other in ((lower, upper), (upper, lower)):
        density = side(cell.alpha, axis) * temp
        density += np.multiply(side(cell.beta, axis), salt, out=scratch)
        parts = (cell.inverse_below, cell.tracer_below, dzw_below), (cell.inverse_above, cell.tracer_above, dzw_above)
        for face, (inverse, tracer, dzw) in enumerate(parts):
            np.multiply(density, side(inverse, axis), out=slope)
            np.abs(slope, out=taper)
            np.subtract(SLOPE_C, taper, out=taper)
            taper *= 1 / SLOPE_D
            np.tanh(taper, out=taper)
            taper += 1
            taper *= 0.5
            np.multiply(kappa, taper, out=scratch)
            np.maximum(scratch, STEEP, out=scratch)
            scratch *= dzw
            diagonal += scratch
            taper *= slope
            skew += np.multiply(taper, side(tracer, axis), out=scratch)
            mixed[face] += other(np.multiply(taper, step, out=scratch), axis)
            taper *= slope
            taper *= width
            squares[face] += other(taper, axis)
    skew *= kappa
    return diagonal, skew, squares[0], squares[1], mixed[0], mixed[1]


def diffuse(
    salt: np.ndarray,
    temp: np.ndarray,
    tracer: np.ndarray,
    K_iso: np.ndarray,
    maskT: np.ndarray,
    maskU: np.ndarray,
    maskV: np.ndarray,
    maskW: np.ndarray,
    dxt: np.ndarray,
    dxu: np.ndarray,
    dyt: np.ndarray,
    dyu: np.ndarray,
    dzt: np.ndarray,
    dzw: np.ndarray,
    zt: np.ndarray,
    cost: np.ndarray,
    cosu: np.ndarray,
) -> dict[str, np.ndarray]:
    """`K_11`, `K_22`, `K_33` and `tendency` from fields (z, y, x) and spacings (z), (y) or (x) as documented above."""
    dzt, dzw, zt = dzt[:, None, None], dzw[:, None, None], zt[:, None, None]
    dyt, dyu, cost, cosu = dyt[2:-2, None], dyu[1:-2, None], cost[2:-2, None], cosu[1:-2, None]
    dxt, dxu = dxt[2:-2], dxu[1:-2]
    salt, temp, tracer, K_iso, maskT, maskU, maskV, maskW = (
        field[:, 1:-1, 1:-1] for field in (salt, temp, tracer, K_iso, maskT, maskU, maskV, maskW)
    )
    cell = cells(salt, temp, tracer, K_iso, maskT, maskW, dzw, zt)
    dzw_below = np.concatenate([np.zeros_like(dzw[:1]), dzw[:-1]])
    quarter = 0.25 / dzt

    mask = maskU[:, 1:-1, :-1]
    scale, step = mask / (dxu * cost), np.diff(tracer[:, 1:-1])
    diagonal, skew, square_0, square_1, mixed_0, mixed_1 = lateral(
        cell.inside(EAST),
        EAST,
        np.diff(temp[:, 1:-1]) * scale,
        np.diff(salt[:, 1:-1]) * scale,
        step,
        dxu,
        dzw_below,
        dzw,
    )
    K_11 = diagonal * (mask * quarter)
    flux = K_11 * step
    flux /= dxu * cost
    flux += skew * quarter
    tendency = np.diff(flux) / (cost * dxt)
    K_33 = (square_1[:-1] + square_0[1:]) * (0.25 / dxt)
    top = (mixed_1[:-1] + mixed_0[1:]) * (0.25 / (dxt * cost))

    mask = maskV[:, :-1, 1:-1]
    scale, step = mask / dyu, np.diff(tracer[:, :, 1:-1], axis=NORTH) * cosu
    diagonal, skew, square_0, square_1, mixed_0, mixed_1 = lateral(
        cell.inside(NORTH),
        NORTH,
        np.diff(temp[:, :, 1:-1], axis=NORTH) * scale,
        np.diff(salt[:, :, 1:-1], axis=NORTH) * scale,
        step,
        cosu * dyu,
        dzw_below,
        dzw,
    )
    K_22 = diagonal * (mask * quarter)
    flux = K_22 * step
    flux /= dyu
    flux += skew * (cosu * quarter)
    tendency += np.diff(flux, axis=NORTH) / (cost * dyt)
    K_33 += (square_1[:-1] + square_0[1:]) * (0.25 / (dyt * cost))
    top += (mixed_1[:-1] + mixed_0[1:]) * (0.25 / (dyt * cost))

    kappa = K_iso[:-1, 1:-1, 1:-1]
    K_33 *= kappa
    top *= kappa
    top += K_33 * (np.diff(tracer[:, 1:-1, 1:-1], axis=0) / dzw[:-1])
    tendency += np.diff(closed(top), axis=0) / dzt
    tendency *= maskT[:, 1:-1, 1:-1]
    return {"K_11": K_11, "K_22": K_22, "K_33": np.concatenate([K_33, np.zeros_like(K_33[:1])]), "tendency": tendency}


class Problem:
    """A stratified ocean with noise, and the reference, at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.shape = grid.shape(size)
        self.elements = int(np.prod(self.shape))

    def inputs(self) -> dict[str, np.ndarray]:
        """Fields (z, y, x), then spacings, in the order of `diffuse`: stratified by 5 K/km, with noise that tilts
        neutral surfaces by slopes around 10⁻³ and overturns some of the thin layers at the surface.
        """
        random = np.random.default_rng(SEED)
        spacings = grid.spacings(random, self.shape)
        masks = grid.masks(grid.topography(random, self.shape), self.shape[0])
        return {
            "salt": 35.0 + random.uniform(-0.02, 0.02, self.shape),
            "temp": 20.0 + 5e-3 * spacings["zt"][:, None, None] + random.uniform(-0.1, 0.1, self.shape),
            "tracer": random.uniform(0.0, 1.0, self.shape),
            "K_iso": random.uniform(500.0, 1500.0, self.shape),
            **{name: masks[name] for name in ("maskT", "maskU", "maskV", "maskW")},
            **{name: spacings[name] for name in ("dxt", "dxu", "dyt", "dyu", "dzt", "dzw", "zt", "cost", "cosu")},
        }

    def parameters(self) -> dict[str, np.ndarray]:
        """None: nothing is trained."""
        return {}

    def flops(self, task: str) -> float:
        """Operations of a cell, a hyperbolic tangent as one, times the cells; of the eight triads 150 of 250."""
        return float(FLOPS_PER_ELEMENT * self.elements)

    def items(self, task: str) -> float:
        """Cells per step."""
        return float(self.elements)

    def bytes_moved(self, task: str) -> float:
        """Eight fields in and four out."""
        return 12.0 * 8 * self.elements

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """The kernel in NumPy; {} where it would take too long."""
        return diffuse(**self.inputs()) if self.elements <= LARGEST_REFERENCE else {}
