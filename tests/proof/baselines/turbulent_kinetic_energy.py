"""A time step of turbulent kinetic energy as pyhpc-benchmarks writes it, on this project's order of axes.

Whole arrays are allocated with their halo and filled slice by slice: by assignment in PyTorch, by `.at[…].set` in JAX.
The tridiagonal systems are solved by Thomas' algorithm: in PyTorch in place, level by level; in JAX by two scans over
the stacked diagonals.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import torch

from bench.workloads.science.turbulent_kinetic_energy.problem import INPUTS, Problem

Made = tuple[Callable[..., Any], tuple[Any, ...]]
Fields = dict[str, Any]
DT, C_EPS, K_H, AB = 1.0, 0.7, 2000.0, 0.1
IN = slice(2, -2)
FACES = slice(1, -2)


def torch_solve(a: Any, b: Any, c: Any, d: Any) -> Any:
    """x of the systems along the first axis, the diagonals overwritten."""
    levels = len(a)
    for k in range(1, levels):
        factor = a[k] / b[k - 1]
        b[k] += -factor * c[k - 1]
        d[k] += -factor * d[k - 1]
    out = torch.empty_like(a)
    out[-1] = d[-1] / b[-1]
    for k in range(levels - 2, -1, -1):
        out[k] = (d[k] - c[k] * out[k + 1]) / b[k]
    return out


def jax_solve(a: Any, b: Any, c: Any, d: Any) -> Any:
    """x of the systems along the first axis."""

    def forward(last: Any, level: Any) -> Any:
        below, right = last
        lower, middle, upper, side = level
        row = jnp.stack((upper / (middle - lower * below), (side - lower * right) / (middle - lower * below)))
        return row, row

    def backward(last: Any, row: Any) -> Any:
        found = row[1] - row[0] * last
        return found, found

    _, rows = jax.lax.scan(forward, jnp.zeros((2, *a.shape[1:]), a.dtype), jnp.stack((a, b, c, d), axis=1))
    return jax.lax.scan(backward, jnp.zeros(a.shape[1:], a.dtype), rows[::-1])[1][::-1]


def torch_put(array: Any, place: Any, values: Any) -> Any:
    """The array with a part of it overwritten."""
    array[place] = values
    return array


def jax_put(array: Any, place: Any, values: Any) -> Any:
    """A copy of the array with a part of it replaced."""
    return array.at[place].set(values)


def diagonals(f: Fields, xp: ModuleType, put: Callable[..., Any]) -> tuple[Any, Any, Any, Any]:
    """The three diagonals and the right side of the implicit part, (z, y − 4, x − 4)."""
    tke, kappa, length = (f[name][:, IN, IN] for name in ("tke", "kappa", "length"))
    dzt, dzw = f["dzt"][:, None, None], f["dzw"][:, None, None]
    sink = DT * C_EPS * xp.sqrt(xp.clip(tke, 0.0, None)) / length
    zeros = xp.zeros_like(tke)
    delta = put(xp.zeros_like(tke), slice(None, -1), DT / dzt[1:] * 0.5 * (kappa[:-1] + kappa[1:]))
    middle = slice(1, -1)
    a = put(xp.zeros_like(tke), middle, -delta[:-2] / dzw[1:-1])
    a = put(a, -1, -delta[-2] / (0.5 * dzw[-1]))
    b = put(xp.zeros_like(tke), middle, 1 + (delta[1:-1] + delta[:-2]) / dzw[1:-1] + sink[1:-1])
    b = put(b, -1, 1 + delta[-2] / (0.5 * dzw[-1]) + sink[-1])
    b_edge = 1 + delta / dzw + sink
    c = put(xp.zeros_like(tke), slice(None, -1), -delta[:-1] / dzw[:-1])
    d = tke + DT * f["forcing"][:, IN, IN]
    d = put(d, -1, d[-1] + DT * f["surface_forcing"][IN, IN] / (0.5 * dzw[-1]))
    bottom = f["kbot"][IN, IN] - 1
    level = f["level"][:, None, None]
    edge = (bottom >= 0) & (level == bottom)
    water = (bottom >= 0) & (level >= bottom)
    b = xp.where(edge, b_edge, xp.where(water, b, xp.ones_like(b)))
    return xp.where(water & ~edge, a, zeros), b, xp.where(water, c, zeros), xp.where(water, d, zeros)


def superbee(velocity: Any, before: Any, here: Any, after: Any, width: Any, values: Any, xp: ModuleType) -> Any:
    """The flux through faces from the masked differences before, at and after them; `values` on both sides."""
    tiny = xp.full_like(here, 1e-20)
    ratio = xp.where(velocity > 0.0, before, after) / xp.where(abs(here) < 1e-20, tiny, here)
    limited = xp.clip(xp.maximum(xp.clip(2 * ratio, None, 1.0), xp.clip(ratio, None, 2.0)), 0.0, None)
    courant = abs(velocity * DT / width)
    return velocity * (values[1] + values[0]) * 0.5 - abs(velocity) * ((1.0 - limited) + courant * limited) * here * 0.5


def advection(f: Fields, xp: ModuleType, put: Callable[..., Any]) -> tuple[Any, Any, Any]:
    """Fluxes to the east, the north and the top, on the whole grid."""
    tke, mask, cost, cosu = f["tke"], f["maskW"], f["cost"], f["cosu"]
    along = slice(None, -1)
    wet = put(xp.zeros_like(mask), (slice(None), slice(None), along), mask[:, :, 1:] * mask[:, :, :-1])
    steps = (tke[:, IN, 1:] - tke[:, IN, :-1]) * wet[:, IN, :-1]
    flux = superbee(
        f["u"][:, IN, FACES],
        steps[:, :, :-2],
        steps[:, :, 1:-1],
        steps[:, :, 2:],
        cost[IN, None] * f["dxt"][FACES],
        (tke[:, IN, 1:-2], tke[:, IN, 2:-1]),
        xp,
    )
    east = put(xp.zeros_like(tke), (slice(None), IN, FACES), flux)
    wet = put(xp.zeros_like(mask), (slice(None), along), mask[:, 1:] * mask[:, :-1])
    steps = (tke[:, 1:, IN] - tke[:, :-1, IN]) * wet[:, :-1, IN]
    flux = superbee(
        cosu[FACES, None] * f["v"][:, FACES, IN],
        steps[:, :-2],
        steps[:, 1:-1],
        steps[:, 2:],
        (cost * f["dyt"])[FACES, None],
        (tke[:, 1:-2, IN], tke[:, 2:-1, IN]),
        xp,
    )
    north = put(xp.zeros_like(tke), (slice(None), FACES, IN), flux)
    inner = (slice(None), IN, IN)
    wet = put(xp.zeros_like(mask), along, mask[1:] * mask[:-1])
    steps = xp.zeros_like(xp.concatenate([tke, tke[:1]])[inner])
    steps = put(steps, slice(1, -1), ((tke[1:] - tke[:-1]) * wet[:-1])[inner])
    flux = superbee(
        f["w"][:-1, IN, IN],
        steps[:-2],
        steps[1:-1],
        steps[2:],
        f["dzw"][:-1, None, None],
        (tke[:-1, IN, IN], tke[1:, IN, IN]),
        xp,
    )
    return east, north, put(xp.zeros_like(tke), (slice(None, -1), IN, IN), flux)


def divergence(f: Fields, east: Any, north: Any) -> Any:
    """Of lateral fluxes, in the cells without the halo."""
    inner = (slice(None), IN, IN)
    cost = f["cost"][IN, None]
    return (east[inner] - east[:, IN, 1:-3]) / (cost * f["dxt"][IN]) + (north[inner] - north[:, 1:-3, IN]) / (
        cost * f["dyt"][IN, None]
    )


def step(f: Fields, xp: ModuleType, put: Callable[..., Any], solve: Callable[..., Any]) -> Fields:
    """One time step."""
    inner = (slice(None), IN, IN)
    tke, dzw, height = f["tke"], f["dzw"][:, None, None], 0.5 * f["dzw"][-1]
    new = solve(*diagonals(f, xp, put))
    correction = xp.where(new[-1] < 0.0, -new[-1] * height / DT, xp.zeros_like(new[-1]))
    new = put(new, -1, xp.clip(new[-1], 0.0, None))
    east = put(
        xp.zeros_like(tke),
        (slice(None), slice(None), slice(None, -1)),
        K_H * (tke[:, :, 1:] - tke[:, :, :-1]) / (f["cost"][:, None] * f["dxu"][:-1]) * f["maskU"][:, :, :-1],
    )
    north = put(
        xp.zeros_like(tke),
        (slice(None), slice(None, -1)),
        K_H * (tke[:, 1:] - tke[:, :-1]) / f["dyu"][:-1, None] * f["maskV"][:, :-1] * f["cosu"][:-1, None],
    )
    new = new + DT * f["maskW"][inner] * divergence(f, east, north)
    east, north, top = advection(f, xp, put)
    top = top[inner]
    dtke = -f["maskW"][inner] * divergence(f, east, north)
    dtke = put(dtke, 0, dtke[0] - top[0] / dzw[0])
    dtke = put(dtke, slice(1, -1), dtke[1:-1] - (top[1:-1] - top[:-2]) / dzw[1:-1])
    dtke = put(dtke, -1, dtke[-1] - (top[-1] - top[-2]) / height)
    return {
        "tke": new + DT * ((1.5 + AB) * dtke - (0.5 + AB) * f["dtke_before"][inner]),
        "dtke": dtke,
        "correction": correction,
    }


def torch_function(problem: Problem, task: str) -> Made:
    """(function, arguments) for PyTorch in float64."""
    with_torch: Any = torch
    return (
        lambda *arrays: step(dict(zip(INPUTS, arrays, strict=True)), with_torch, torch_put, torch_solve),
        tuple(torch.from_numpy(array) for array in problem.inputs().values()),
    )


def jax_function(problem: Problem, task: str) -> Made:
    """(function, arguments) for JAX."""
    return (
        lambda *arrays: step(dict(zip(INPUTS, arrays, strict=True)), jnp, jax_put, jax_solve),
        tuple(jnp.asarray(array) for array in problem.inputs().values()),
    )
