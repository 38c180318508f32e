"""What the clock asks of a series of values: median, its interval, whether it is steady. NumPy alone."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

CONFIDENCE = 0.95

SMALLEST, LARGEST = 1e-100, 1e100
"""Positive quantities lie between these, so that no product or quotient of two of them overflows."""

TREND_Z = 1.96
"""|z| of the Mann-Kendall test beyond which a window has a trend (two-sided, 5 %)."""

NEGLIGIBLE_TREND = 0.005
"""A change over the window below this share of its median is no reason to keep warming up."""


def median(values: ArrayLike) -> float:
    """The median of positive `values`, shape (n,), in their unit. Raises ValueError for other values."""
    return float(np.median(positive("values", values)))


def median_interval(values: ArrayLike, confidence: float = CONFIDENCE) -> tuple[float, float] | tuple[None, None]:
    """The interval of the median between two order statistics, in the unit of `values`, shape (n,).

    It holds for every continuous distribution and covers at least `confidence`; (None, None) where n is too small for
    that (n < 6 at 95 %). Raises ValueError for values that are not positive. Source: David and Nagaraja, Order
    Statistics, 3rd edition, section 7.1.
    """
    data = positive("values", values)
    rank = _rank(data.size, share("confidence", confidence))
    if rank == 0:
        return None, None
    ordered = np.sort(data)
    return float(ordered[rank - 1]), float(ordered[-rank])


def relative_half_width(values: ArrayLike, confidence: float = CONFIDENCE) -> float:
    """Half the width of the median's interval as a share of the median; infinite where there is no interval.

    Cheap enough to ask after every value while measuring: one sort of `values`, shape (n,).
    """
    low, high = median_interval(values, confidence)
    return math.inf if low is None or high is None else (high - low) / 2 / median(values)


@lru_cache(maxsize=4096)
def _rank(count: int, confidence: float) -> int:
    """Largest k such that the k-th smallest and k-th largest of `count` values enclose the median; 0 if none does."""
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, count + 1)))])
    logs = factorials[-1] - factorials - factorials[::-1] - count * math.log(2)
    return int(np.count_nonzero(2 * np.cumsum(np.exp(logs[: (count + 1) // 2])) <= 1 - confidence))


def steady(values: ArrayLike, window: int = 10, variation: float = 0.05) -> bool:
    """Whether the last `window` of the times `values`, shape (n,), scatter little and show no trend.

    Both must hold: the coefficient of variation is at most `variation`, computed from the median and the median
    absolute deviation (one interruption by the system does not make a window unsteady); and the Mann-Kendall test
    finds no trend at 5 %, or one whose Theil-Sen slope changes less than half a percent over the window. Fewer than
    `window` values are not steady. With 1 % noise, a fall of 6 % over the window escapes in one in twenty windows of
    8, in half of the windows of 5. Raises ValueError for a window below 5, where the trend test has no power. Source:
    Georges, Buytaert and Eeckhout, OOPSLA 2007, section 3.2 (window); Mann, Econometrica 13 (1945) 245.
    """
    if not isinstance(window, int | np.integer) or window < 5:
        raise ValueError(f"window is {window!r}, allowed are integers from 5")
    if not 0 < variation < math.inf:
        raise ValueError(f"variation is {variation!r}, allowed are positive numbers")
    data = positive("values", values, least=0)
    if data.size < window:
        return False
    last = data[-window:]
    centre = np.median(last)
    spread = 1.4826 * np.median(np.abs(last - centre)) / centre
    return bool(spread <= variation and not _trend(last / centre))


def _trend(series: Array) -> bool:
    """Whether a series of numbers near 1 rises or falls for certain, and by an amount that matters."""
    count = series.size
    earlier, later = np.triu_indices(count, 1)
    change = series[later] - series[earlier]
    score = abs(np.sign(change).sum())
    z = (score - 1) / math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    slope = np.median(change / (later - earlier))
    return bool(z > TREND_Z and abs(slope) * (count - 1) > NEGLIGIBLE_TREND)


def positive(name: str, values: ArrayLike, least: int = 1) -> Array:
    """`values` as a one-dimensional float64 array, or a ValueError that names what is wrong with it."""
    try:
        data = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is {values!r:.200}, allowed are sequences of numbers") from error
    if data.ndim != 1 or data.size < least:
        raise ValueError(f"{name} has shape {data.shape}, allowed is one dimension with {least} or more numbers")
    valid = (data >= SMALLEST) & (data <= LARGEST)  # false for NaN
    if not valid.all():
        index = int(np.argmin(valid))
        raise ValueError(f"{name}[{index}] is {data[index]!s}, allowed are numbers from {SMALLEST} to {LARGEST}")
    return data


def share(name: str, value: float) -> float:
    """`value` itself. Raises ValueError where it is no share between 0 and 1."""
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value!r}, allowed are numbers between 0 and 1")
    return value
