r"""One time step of turbulent kinetic energy in the ocean: a tridiagonal solve in every column, and limited advection.

The kernel of the Veros ocean model that the published benchmark calls turbulent kinetic energy. E (`tke`, m²/s²) lives
on the top faces of the cells of a grid (z, y, x), two cells of halo on each horizontal side. Per step of Δt = 1 s,

1. vertical mixing and dissipation, implicit: (1 + Δt c √E/ℓ) E′ − ∂_z(κ ∂_z E′) Δt = E + Δt F, in every column a
   tridiagonal system over the levels from its bottom to the surface, with the surface forcing in the uppermost one;
   what is negative there afterwards is cut off and told as `correction`;
2. lateral diffusion: E′ + Δt ∇·(K ∇E);
3. advection of E by (u, v, w) with the superbee limiter, its tendency `dtke` extrapolated by Adams and Bashforth's
   second-order scheme from the one before: E′ + Δt ((3/2 + ε) dtke − (1/2 + ε) dtke_before).

Outputs, without the halo: `tke` and `dtke` (z, y, x), `correction` (y, x). Units are SI. The mathematics is one
function of arrays, `integrate`, which NumPy and both frameworks evaluate with their own operations; only the
tridiagonal solver is each one's own. Thomas' algorithm goes level by level over all columns at once: as a loop in
Python in NumPy and PyTorch (whose compiler unrolls it), as `lax.scan` in JAX.

`bytes_moved` counts the arrays over the whole grid: 10 inputs read once and 2 outputs written once.

Reference: the same function in NumPy; its tridiagonal solver and its conservation are tested for themselves.
Sources: Gaspar, Grégoris, Lefevre (J. Geophys. Res. 95, 1990) for the closure; Häfner et al. (Geosci. Model Dev. 11,
2018; JAMES 13, 2021) for Veros; Häfner's pyhpc-benchmarks (Unlicense), whose order of axes is (x, y, z); the inputs are
drawn here on the grid that the ocean kernels share, within the ocean's range.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from bench.workloads.science.ocean_grid import grid
from bench.workloads.science.ocean_grid.grid import SIZES, SWEEPS

__all__ = ["INPUTS", "SIZES", "SWEEPS", "Problem", "integrate", "thomas"]

TITLE = {"en": "Turbulent kinetic energy of the ocean", "zh": "海洋湍动能"}
SECTION = 6
SCENARIO = "numerics"
ITEM = "elements"
TASKS = ("forward",)
CHECK_TASKS = TASKS
BASELINE_TASKS = TASKS
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-10
PRECISION_TOLERANCE = {"float64": 1e-10, "float32": 1e-4}

SEED = 20240603
TIME_STEP, DISSIPATION, DIFFUSIVITY, EXTRAPOLATION = 1.0, 0.7, 2000.0, 0.1
"""Δt in s, c, K in m²/s, and ε."""
SMALLEST = 1e-20
"""A difference below this is taken as this, so that the limiter never divides by 0."""
INPUTS = ("tke", "dtke_before", "u", "v", "w", "kappa", "length", "forcing", "surface_forcing", "maskU", "maskV",
          "maskW", "kbot", "level", "dxt", "dxu", "dyt", "dyu", "dzt", "dzw", "cost", "cosu")

Arrays = dict[str, np.ndarray]


class Problem:
    """State and grid at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.shape = grid.shape(size)
        self.elements = int(np.prod(self.shape))

    @property
    def scan_steps(self) -> int:
        """Steps inside one compiled call."""
        return 5 if self.size == "tiny" else grid.scan_steps(8 * self.elements)

    def inputs(self) -> Arrays:
        """What `INPUTS` names: fields (z, y, x), `surface_forcing` and `kbot` (y, x), `level` (z,), spacings."""
        random = np.random.default_rng(SEED)
        kbot = grid.topography(random, self.shape)
        made: Arrays = grid.masks(kbot, self.shape[0])
        water = made["maskW"]
        made |= {"tke": water * random.uniform(0, 1e-3, self.shape),
                 "dtke_before": water * random.normal(0, 1e-6, self.shape)}
        made |= {name: random.normal(0, scale, self.shape) for name, scale in (("u", 1.0), ("v", 1.0), ("w", 1e-3))}
        made |= {"kappa": random.uniform(1e-4, 1e-1, self.shape), "length": random.uniform(1.0, 100.0, self.shape),
                 "forcing": random.normal(0, 1e-5, self.shape),
                 "surface_forcing": random.normal(0, 1e-2, self.shape[1:]), "kbot": kbot,
                 "level": np.arange(self.shape[0])}
        made |= grid.spacings(random, self.shape)
        return {name: made[name] for name in INPUTS}

    def parameters(self) -> Arrays:
        """None: nothing is trained."""
        return {}

    def flops(self, task: str) -> float:
        """About 125 operations per element: 22 of the matrix, 8 of its solution, 20 of diffusion, 75 of advection."""
        return 125.0 * self.elements

    def items(self, task: str) -> float:
        """Elements of the grid."""
        return float(self.elements)

    def bytes_moved(self, task: str) -> float:
        """Twelve fields of float64."""
        return 12.0 * 8 * self.elements

    def reference(self, task: str) -> Arrays:
        """The outputs, in NumPy."""
        return integrate(*self.inputs().values(), xp=np, solve=thomas)


def thomas(a: Any, b: Any, c: Any, d: Any, xp: ModuleType = np) -> Any:
    """x with a[k] x[k−1] + b[k] x[k] + c[k] x[k+1] = d[k] along the first axis; a[0] and c[-1] are 0."""
    upper, right = [c[0] / b[0]], [d[0] / b[0]]
    for k in range(1, len(b)):
        pivot = b[k] - a[k] * upper[-1]
        upper.append(c[k] / pivot)
        right.append((d[k] - a[k] * right[-1]) / pivot)
    solution = right[-1:]
    for k in reversed(range(len(b) - 1)):
        solution.append(right[k] - upper[k] * solution[-1])
    return xp.stack(solution[::-1])


def integrate(tke: Any, dtke_before: Any, u: Any, v: Any, w: Any, kappa: Any, length: Any, forcing: Any,
              surface_forcing: Any, mask_u: Any, mask_v: Any, mask_w: Any, kbot: Any, level: Any, dxt: Any, dxu: Any,
              dyt: Any, dyu: Any, dzt: Any, dzw: Any, cost: Any, cosu: Any, *, xp: ModuleType,
              solve: Callable[..., Any]) -> dict[str, Any]:
    """One time step; the arguments in the order of `INPUTS`, `xp` with NumPy's functions, `solve` like `thomas`."""
    inner = (slice(None), slice(2, -2), slice(2, -2))
    height = xp.concatenate([dzw[:-1], 0.5 * dzw[-1:]])[:, None, None]
    mixed = solve(*system(tke[inner], kappa[inner], length[inner], forcing[inner], surface_forcing[2:-2, 2:-2],
                          kbot[2:-2, 2:-2], level, dzt, dzw, height, xp))
    correction = xp.clip(-mixed[-1], 0.0, None) * height[-1] / TIME_STEP
    mixed = xp.concatenate([mixed[:-1], xp.clip(mixed[-1:], 0.0, None)])
    width_x, width_y = cost[2:-2, None] * dxt[2:-2], cost[2:-2, None] * dyt[2:-2, None]
    east = (DIFFUSIVITY * (tke[:, 2:-2, 2:-1] - tke[:, 2:-2, 1:-2]) / (cost[2:-2, None] * dxu[1:-2])
            * mask_u[:, 2:-2, 1:-2])
    north = (DIFFUSIVITY * (tke[:, 2:-1, 2:-2] - tke[:, 1:-2, 2:-2]) / dyu[1:-2, None] * mask_v[:, 1:-2, 2:-2]
             * cosu[1:-2, None])
    mixed = mixed + TIME_STEP * mask_w[inner] * ((east[:, :, 1:] - east[:, :, :-1]) / width_x
                                                 + (north[:, 1:] - north[:, :-1]) / width_y)
    tendency = advected(tke, u, v, w, mask_w, dxt, dyt, dzw, cost, cosu, width_x, width_y, height, xp)
    ahead = (1.5 + EXTRAPOLATION) * tendency - (0.5 + EXTRAPOLATION) * dtke_before[inner]
    return {"tke": mixed + TIME_STEP * ahead, "dtke": tendency, "correction": correction}


def system(tke: Any, kappa: Any, length: Any, forcing: Any, surface_forcing: Any, kbot: Any, level: Any, dzt: Any,
           dzw: Any, height: Any, xp: ModuleType) -> tuple[Any, Any, Any, Any, ModuleType]:
    """The diagonals a, b, c and the right side d of all columns, the identity where there is land; and `xp`."""
    water = (level[:, None, None] >= kbot - 1) & (kbot > 0)
    bottom = water & (level[:, None, None] == kbot - 1)
    zero = xp.zeros_like(kappa[:1])
    delta = xp.concatenate([TIME_STEP / dzt[1:, None, None] * 0.5 * (kappa[:-1] + kappa[1:]), zero])
    below = xp.concatenate([zero, delta[:-1]])
    dissipated = 1 + TIME_STEP * DISSIPATION * xp.sqrt(xp.clip(tke, 0.0, None)) / length
    a = xp.where(water & ~bottom, -below / height, 0.0)
    b = xp.where(bottom, dissipated + delta / dzw[:, None, None], dissipated + (delta + below) / height)
    c = xp.where(water, -delta / dzw[:, None, None], 0.0)
    right = tke + TIME_STEP * forcing
    right = xp.concatenate([right[:-1], right[-1:] + TIME_STEP * surface_forcing / height[-1]])
    return a, xp.where(water, b, 1.0), c, xp.where(water, right, 0.0), xp


def advected(tke: Any, u: Any, v: Any, w: Any, mask: Any, dxt: Any, dyt: Any, dzw: Any, cost: Any, cosu: Any,
             width_x: Any, width_y: Any, height: Any, xp: ModuleType) -> Any:
    """Minus the divergence of the advective fluxes, without the halo."""
    rows = tke[:, 2:-2], mask[:, 2:-2]
    east = superbee(u[:, 2:-2, 1:-2], *([part[:, :, n:part.shape[2] - 3 + n] for n in range(4)] for part in rows),
                    width=cost[2:-2, None] * dxt[1:-2], xp=xp)
    columns = tke[:, :, 2:-2], mask[:, :, 2:-2]
    north = superbee(cosu[1:-2, None] * v[:, 1:-2, 2:-2],
                     *([part[:, n:part.shape[1] - 3 + n] for n in range(4)] for part in columns),
                     width=(cost * dyt)[1:-2, None], xp=xp)
    zero = xp.zeros_like(tke[:1, 2:-2, 2:-2])
    padded = [xp.concatenate([zero, part[:, 2:-2, 2:-2], zero]) for part in (tke, mask)]
    top = superbee(w[:-1, 2:-2, 2:-2], *([part[n:len(part) - 3 + n] for n in range(4)] for part in padded),
                   width=dzw[:-1, None, None], xp=xp)
    top = xp.concatenate([zero, top, zero])
    lateral = (east[:, :, 1:] - east[:, :, :-1]) / width_x + (north[:, 1:] - north[:, :-1]) / width_y
    return -mask[:, 2:-2, 2:-2] * lateral - (top[1:] - top[:-1]) / height


def superbee(speed: Any, around: list[Any], masks: list[Any], *, width: Any, xp: ModuleType) -> Any:
    """The flux through faces between the second and the third of four cells in a row; the limiter is superbee."""
    behind, here, ahead, beyond = around
    step = (ahead - here) * masks[1] * masks[2]
    upwind = xp.where(speed > 0, (here - behind) * masks[0] * masks[1], (beyond - ahead) * masks[2] * masks[3])
    ratio = upwind / xp.where(abs(step) < SMALLEST, SMALLEST, step)
    limited = xp.clip(xp.maximum(xp.clip(2 * ratio, None, 1.0), xp.clip(ratio, None, 2.0)), 0.0, None)
    courant = abs(speed * TIME_STEP / width)
    return speed * (ahead + here) * 0.5 - abs(speed) * ((1 - limited) + courant * limited) * step * 0.5
