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
function of arrays, `integrate`, which NumPy and both frameworks evaluate with their own operations. Differences of E
are taken once per face and the masked ones serve as the three steps of the limiter; Veros takes them three times.

The asymmetries are those of `Operations`. Thomas' algorithm goes level by level over all columns at once: in NumPy and
eager PyTorch in place; in compiled PyTorch as a loop that the compiler unrolls (its time grows with the number of
levels), in JAX as two scans, compiled once whatever that number: on a CPU at `small` unrolled ones make the step
4 to 8 % longer, and `jax.lax.linalg.tridiagonal_solve`, which wants the levels last, twice as long. A cyclic
reduction would need more work for no more parallelism than the columns have. JAX pads where the others write into a
slice, and has to be told to store fluxes: otherwise XLA computes each face for both of its cells.

`bytes_moved` counts the fields over the whole grid: `FIELDS` inputs read once and 2 outputs written once.

Reference: the same function in NumPy; its tridiagonal solver and its conservation are tested for themselves.
Sources: Gaspar, Grégoris, Lefevre (J. Geophys. Res. 95, 1990) for the closure; Häfner et al. (Geosci. Model Dev. 11,
2018; JAMES 13, 2021) for Veros; Häfner's pyhpc-benchmarks (Unlicense), whose order of axes is (x, y, z); the inputs are
drawn here on the grid that the ocean kernels share, within the ocean's range.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from bench.workloads.science.ocean_grid import grid
from bench.workloads.science.ocean_grid.grid import SIZES, SWEEPS

__all__ = ["INPUTS", "NUMPY", "SIZES", "SWEEPS", "Operations", "Problem", "integrate", "thomas"]

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
FIELDS = 11
"""Inputs that are (z, y, x)."""
SMALLEST = 1e-20
"""A difference below this is taken as this, so that the limiter never divides by 0."""
INPUTS = (
    "tke",
    "dtke_before",
    "u",
    "v",
    "w",
    "kappa",
    "length",
    "forcing",
    "surface_forcing",
    "maskU",
    "maskV",
    "maskW",
    "kbot",
    "level",
    "dxt",
    "dxu",
    "dyt",
    "dyu",
    "dzt",
    "dzw",
    "cost",
    "cosu",
)

Arrays = dict[str, np.ndarray]


class Problem:
    """State and grid at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.shape = grid.shape(size)
        self.elements = int(np.prod(self.shape))

    def inputs(self) -> Arrays:
        """What `INPUTS` names: fields (z, y, x), `surface_forcing` and `kbot` (y, x), `level` (z,), spacings."""
        random = np.random.default_rng(SEED)
        kbot = grid.topography(random, self.shape)
        made: Arrays = grid.masks(kbot, self.shape[0])
        water = made["maskW"]
        made |= {
            "tke": water * random.uniform(0, 1e-2, self.shape),
            "dtke_before": water * random.normal(0, 1e-6, self.shape),
        }
        made |= {name: random.normal(0, scale, self.shape) for name, scale in (("u", 1.0), ("v", 1.0), ("w", 1e-3))}
        made |= {
            "kappa": random.uniform(1e-4, 1e-1, self.shape),
            "length": random.uniform(1.0, 100.0, self.shape),
            "forcing": random.normal(0, 1e-5, self.shape),
            "surface_forcing": random.normal(0, 1e-2, self.shape[1:]),
            "kbot": kbot,
            "level": np.arange(self.shape[0]),
        }
        made |= grid.spacings(random, self.shape)
        return {name: made[name] for name in INPUTS}

    def parameters(self) -> Arrays:
        """None: nothing is trained."""
        return {}

    def flops(self, task: str) -> float:
        """About 105 operations per cell, counted in a trace at `small`; those of advection are two thirds."""
        return 105.0 * self.elements

    def items(self, task: str) -> float:
        """Elements of the grid."""
        return float(self.elements)

    def bytes_moved(self, task: str) -> float:
        """The fields among the inputs, and `tke` and `dtke`."""
        return (FIELDS + 2.0) * 8 * self.elements

    def reference(self, task: str) -> Arrays:
        """The outputs, in NumPy; {} above 2²⁰ cells."""
        return integrate(*self.inputs().values(), operations=NUMPY) if self.elements <= 2**20 else {}


def thomas(a: Any, b: Any, c: Any, d: Any) -> Any:
    """x with a[k] x[k−1] + b[k] x[k] + c[k] x[k+1] = d[k] along the first axis, in the memory of d; b is lost."""
    for k in range(1, len(b)):
        factor = a[k] / b[k - 1]
        b[k] -= factor * c[k - 1]
        d[k] -= factor * d[k - 1]
    d[-1] /= b[-1]
    for k in reversed(range(len(b) - 1)):
        d[k] -= c[k] * d[k + 1]
        d[k] /= b[k]
    return d


class Operations(NamedTuple):
    """What each framework has its own way to do."""

    xp: ModuleType
    """A module with NumPy's names for elementwise functions."""
    solve: Callable[[Any, Any, Any, Any], Any]
    """`thomas`, or what does the same."""
    pad: Callable[[Any, int, int], Any]
    """The array with that many levels of zeros below and above."""
    set_top: Callable[[Any, Any], Any]
    """The array with its last level replaced, in place where that exists."""
    keep: Callable[[Any], Any]
    """Tells a compiler to compute the values once and to store them."""


def integrate(
    tke: Any,
    dtke_before: Any,
    u: Any,
    v: Any,
    w: Any,
    kappa: Any,
    length: Any,
    forcing: Any,
    surface_forcing: Any,
    mask_u: Any,
    mask_v: Any,
    mask_w: Any,
    kbot: Any,
    level: Any,
    dxt: Any,
    dxu: Any,
    dyt: Any,
    dyu: Any,
    dzt: Any,
    dzw: Any,
    cost: Any,
    cosu: Any,
    *,
    operations: Operations,
) -> dict[str, Any]:
    """One time step; the arguments in the order of `INPUTS`. New arrays are changed in place where that exists."""
    xp, inner = operations.xp, (slice(None), slice(2, -2), slice(2, -2))
    water, cost, cosu = mask_w[inner], cost[:, None], cosu[1:-2, None]
    height = operations.set_top(1.0 * dzw, 0.5 * dzw[-1])[:, None, None]
    mixed = operations.solve(
        *system(
            tke[inner],
            kappa[inner],
            length[inner],
            forcing[inner],
            surface_forcing[2:-2, 2:-2],
            kbot[2:-2, 2:-2],
            level,
            dzt,
            height,
            operations,
        )
    )
    correction = xp.clip(-mixed[-1], 0.0, None) * (height[-1] / TIME_STEP)
    mixed = operations.set_top(mixed, xp.clip(mixed[-1], 0.0, None))

    step_x, step_y = tke[:, 2:-2, 1:] - tke[:, 2:-2, :-1], tke[:, 1:, 2:-2] - tke[:, :-1, 2:-2]
    per_width_x, per_width_y = 1 / (cost * dxt), 1 / (cost * dyt[:, None])
    within = per_width_x[2:-2, 2:-2], per_width_y[2:-2]
    east = step_x[:, :, 1:-1] * (DIFFUSIVITY / (cost[2:-2] * dxu[1:-2])) * mask_u[:, 2:-2, 1:-2]
    north = step_y[:, 1:-1] * (DIFFUSIVITY * cosu / dyu[1:-2, None]) * mask_v[:, 1:-2, 2:-2]
    change = divergence(east, north, *within)

    east, north, top = advection(
        tke,
        u[:, 2:-2, 1:-2],
        cosu * v[:, 1:-2, 2:-2],
        w[:-1, 2:-2, 2:-2],
        step_x,
        step_y,
        mask_w,
        per_width_x[2:-2, 1:-2],
        per_width_y[1:-2],
        1 / dzw[:-1, None, None],
        operations,
    )
    advected = divergence(east, north, *within)
    change -= (1.5 + EXTRAPOLATION) * advected
    change *= water
    advected *= water
    vertical = (top[1:] - top[:-1]) / height
    advected += vertical
    change -= (1.5 + EXTRAPOLATION) * vertical
    change -= (0.5 + EXTRAPOLATION) * dtke_before[inner]
    change *= TIME_STEP
    mixed += change
    return {"tke": mixed, "dtke": -advected, "correction": correction}


def system(
    tke: Any,
    kappa: Any,
    length: Any,
    forcing: Any,
    surface_forcing: Any,
    kbot: Any,
    level: Any,
    dzt: Any,
    height: Any,
    operations: Operations,
) -> tuple[Any, Any, Any, Any]:
    """The diagonals a, b, c and the right side d of all columns, the identity where there is land.

    Nothing is exchanged through the bottom of a column, so that its a is 0, and nothing through its surface.
    """
    xp = operations.xp
    water = (level[:, None, None] >= kbot - 1) & (kbot > 0)
    exchange = (kappa[:-1] + kappa[1:]) * (0.5 * TIME_STEP / dzt[1:, None, None])
    exchange *= water[:-1]
    a, c = operations.pad(exchange, 1, 0) / -height, operations.pad(exchange, 0, 1) / -height
    b = xp.sqrt(xp.clip(tke, 0.0, None))
    b *= TIME_STEP * DISSIPATION
    b /= length
    b *= water
    b += 1.0
    b -= a
    b -= c
    d = tke + TIME_STEP * forcing
    d = operations.set_top(d, d[-1] + surface_forcing * (TIME_STEP / height[-1]))
    d *= water
    return a, b, c, d


def advection(
    tke: Any,
    u: Any,
    v: Any,
    w: Any,
    step_x: Any,
    step_y: Any,
    mask: Any,
    per_width_x: Any,
    per_width_y: Any,
    per_width_z: Any,
    operations: Operations,
) -> tuple[Any, Any, Any]:
    """Fluxes through the eastern, northern and top faces of the cells inside, and through the faces before them.

    `step_x` and `step_y` are the differences of `tke` on all faces of the inner rows and columns; they are overwritten.
    """
    middle, water = tke[:, 2:-2, 2:-2], mask[:, 2:-2, 2:-2]
    step_x *= mask[:, 2:-2, 1:] * mask[:, 2:-2, :-1]
    step_y *= mask[:, 1:, 2:-2] * mask[:, :-1, 2:-2]
    step_z = operations.pad((middle[1:] - middle[:-1]) * water[1:] * water[:-1], 1, 1)
    east = superbee(
        u,
        (step_x[:, :, :-2], step_x[:, :, 1:-1], step_x[:, :, 2:]),
        tke[:, 2:-2, 1:-2] + tke[:, 2:-2, 2:-1],
        per_width_x,
        operations.xp,
    )
    north = superbee(
        v,
        (step_y[:, :-2], step_y[:, 1:-1], step_y[:, 2:]),
        tke[:, 1:-2, 2:-2] + tke[:, 2:-1, 2:-2],
        per_width_y,
        operations.xp,
    )
    top = superbee(w, (step_z[:-2], step_z[1:-1], step_z[2:]), middle[:-1] + middle[1:], per_width_z, operations.xp)
    return operations.keep((east, north, operations.pad(top, 1, 1)))


def divergence(east: Any, north: Any, per_width_x: Any, per_width_y: Any) -> Any:
    """Of fluxes through eastern and northern faces, (z, y, x + 1) and (z, y + 1, x)."""
    total = east[:, :, 1:] - east[:, :, :-1]
    total *= per_width_x
    total += (north[:, 1:] - north[:, :-1]) * per_width_y
    return total


def superbee(speed: Any, steps: tuple[Any, Any, Any], both: Any, per_width: Any, xp: ModuleType) -> Any:
    """The flux through faces; `steps` are differences through the face before, this one and the next, 0 beside land,
    and `both` is the sum of the values on both sides.

    With the Courant number C = |speed| Δt/width and the limiter φ of r, the step upwind over this step, the flux is
    ½ (speed · both − |speed| (1 − φ(r) (1 − C)) step).
    """
    behind, step, ahead = steps
    ratio = xp.where(speed > 0, behind, ahead)
    ratio /= xp.where(abs(step) < SMALLEST, SMALLEST, step)
    limited = xp.clip(xp.maximum(xp.clip(2 * ratio, None, 1.0), xp.clip(ratio, None, 2.0)), 0.0, None)
    fast = abs(speed)
    limited *= 1.0 - fast * (TIME_STEP * per_width)
    limited -= 1.0
    limited *= fast
    limited *= step
    limited += speed * both
    limited *= 0.5
    return limited


def padded(values: np.ndarray, below: int, above: int) -> np.ndarray:
    """With levels of zeros; `numpy.pad` takes several times as long."""
    grown = np.zeros((len(values) + below + above, *values.shape[1:]), values.dtype)
    grown[below : below + len(values)] = values
    return grown


def with_top(values: np.ndarray, top: np.ndarray) -> np.ndarray:
    """The same array with its last level overwritten."""
    values[-1] = top
    return values


def unchanged(values: Any) -> Any:
    """Where every value is stored anyway."""
    return values


NUMPY = Operations(np, thomas, padded, with_top, unchanged)
