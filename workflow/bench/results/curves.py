"""What a scaling curve says: how time grows, and from where on throughput no longer does."""

from __future__ import annotations

import numpy as np

LINEAR = ("qubits", "order")
"""Axes along which work grows by a factor from one point to the next."""
SATURATED = 0.95
"""Share of the highest rate from which on throughput counts as no longer growing: the device is full."""


def slope(points: np.ndarray, seconds: np.ndarray) -> float | None:
    """Exponent b of seconds ∝ points^b, by least squares of the logarithms over the upper half of the points."""
    return _fitted(np.log(points), np.log(seconds))


def factor(points: np.ndarray, seconds: np.ndarray) -> float | None:
    """Factor f of seconds ∝ f^points, by least squares of the logarithm over the upper half of the points."""
    found = _fitted(points, np.log(seconds))
    return None if found is None else float(np.exp(found))


def _fitted(x: np.ndarray, y: np.ndarray) -> float | None:
    order = np.argsort(x)[len(x) // 2 :]
    if len(np.unique(x[order])) < 2:
        return None
    return float(np.polyfit(x[order], y[order], 1)[0])


def saturation(points: np.ndarray, rates: np.ndarray) -> float | None:
    """The smallest point whose rate is at least `SATURATED` of the highest; None where only the last point is."""
    order = np.argsort(points)
    enough = np.flatnonzero(rates[order] >= SATURATED * rates.max())
    return float(points[order][enough[0]]) if enough[0] < len(points) - 1 else None


def crossing(before: tuple[float, float], after: tuple[float, float], linear: bool = False) -> float | None:
    """Where between two points of a curve, each (point, ratio of times), the ratio passes 1; None where it does not.

    By the straight line of the logarithms of both, or of that of the ratio over the points where these are `linear`.
    """
    (x0, x1), (y0, y1) = (before[0], after[0]), (np.log(before[1]), np.log(after[1]))
    if y0 * y1 >= 0:
        return None
    if not linear:
        x0, x1 = np.log(x0), np.log(x1)
    found = float(x0 - y0 * (x1 - x0) / (y1 - y0))
    return found if linear else float(np.exp(found))
