"""The grid that the three kernels of the ocean model share: its sizes, spacings, topography and masks.

Arrays have the axes (z, y, x), the order of ocean data in files: depth first, eastward last; z grows upwards, so that
the last level is the surface. Tracers sit in the centre of a cell, u on its eastern, v on its northern, w on its top
face. Two cells on each horizontal side are a halo. Veros itself keeps the axes (x, y, z): its innermost loop then runs
over few levels, and the columns of a vertical solve lie apart; depth first is faster in NumPy and both frameworks.
"""

from __future__ import annotations

import numpy as np

SIZES: dict[str, dict[str, int]] = {
    "tiny": {"z": 5, "y": 8, "x": 10},
    "small": {"z": 8, "y": 64, "x": 128},
    "medium": {"z": 32, "y": 128, "x": 256},
    "large": {"z": 64, "y": 512, "x": 512},
}
SWEEPS: dict[str, dict[str, int]] = {
    "elements-4096": {"z": 4, "y": 32, "x": 32},
    "elements-16384": {"z": 8, "y": 32, "x": 64},
    "elements-65536": SIZES["small"],
    "elements-262144": {"z": 16, "y": 128, "x": 128},
    "elements-1048576": SIZES["medium"],
    "elements-4194304": {"z": 32, "y": 256, "x": 512},
    "elements-16777216": SIZES["large"],
}

Shape = tuple[int, int, int]


def shape(size: str) -> Shape:
    """Levels, rows and columns of a size or of a point of a scaling curve."""
    axes = {**SIZES, **SWEEPS}[size]
    return axes["z"], axes["y"], axes["x"]


def spacings(random: np.random.Generator, shape: Shape) -> dict[str, np.ndarray]:
    """Widths of cells (`t`) and between their centres (`u`, `w`), in m; heights `zt` of the centres, negative, in m;
    cosine of the latitude of centres (`cost`) and of northern faces (`cosu`).
    """
    levels, rows, columns = shape
    between = np.linspace(-1.0, 1.0, 2 * rows + 1) * np.pi / 3
    dzt = np.geomspace(400.0, 20.0, levels) * random.uniform(0.9, 1.1, levels)
    return {
        "dxt": random.uniform(1.8e4, 2.2e4, columns),
        "dxu": random.uniform(1.8e4, 2.2e4, columns),
        "dyt": random.uniform(1.8e4, 2.2e4, rows),
        "dyu": random.uniform(1.8e4, 2.2e4, rows),
        "dzt": dzt,
        "dzw": np.append((dzt[1:] + dzt[:-1]) / 2, dzt[-1]),
        "zt": dzt / 2 - np.cumsum(dzt[::-1])[::-1],
        "cost": np.cos(between[:-1:2]),
        "cosu": np.cos(between[1::2]),
    }


def topography(random: np.random.Generator, shape: Shape) -> np.ndarray:
    """`kbot` (y, x): the lowest level that is water, counted from 1; 0 where a column is land, a fifth of them."""
    levels, rows, columns = shape
    bottom = random.integers(1, levels // 2 + 2, (rows, columns))
    return np.where(random.random((rows, columns)) < 0.2, 0, bottom)


def masks(kbot: np.ndarray, levels: int) -> dict[str, np.ndarray]:
    """1 in water and 0 elsewhere, for cells and for their eastern, northern and top faces, each (z, y, x)."""
    water = (np.arange(levels)[:, None, None] >= kbot - 1) & (kbot > 0)
    faces = {
        "maskT": water,
        "maskU": water & _next(water, 2),
        "maskV": water & _next(water, 1),
        "maskW": water & np.concatenate([water[1:], water[-1:]]),
    }
    return {name: mask.astype(np.float64) for name, mask in faces.items()}


def _next(water: np.ndarray, axis: int) -> np.ndarray:
    """The neighbour towards north or east; beyond the last one is land."""
    moved = np.roll(water, -1, axis)
    moved.swapaxes(0, axis)[-1] = False
    return moved
