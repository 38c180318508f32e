"""Ticks and limits of axes: plain numbers, powers of ten, units, and ratios around 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

from article import numbers

FACTORS = (
    (1.05, 1.1, 1.15, 1.2, 1.3, 1.4),
    (1.1, 1.25, 1.5, 2.0),
    (1.25, 1.5, 2.0, 3.0, 4.0, 6.0),
    (1.5, 2.0, 3.0, 5.0, 10.0, 20.0),
    (2.0, 5.0, 10.0, 20.0, 50.0, 100.0),
    (10.0, 100.0, 1e3, 1e4),
    (1e2, 1e4, 1e6),
)
"""Factors at which an axis may have ticks, the densest first."""
NEAR_ONE = (0.6, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5)
OUTLYING = 1.6
"""How many times as far from 1 (in logarithms) as nine of ten ratios one may lie before it is an outlier."""
LEAST_FOR_OUTLIERS = 5
"""Ratios of which one can be an outlier."""


def pad_log(axis: Axes, values: pd.Series) -> None:
    """Limits of a logarithmic horizontal axis with some room beside the values."""
    low, high = float(values.min()), float(values.max())
    factor = max(1.08, (high / low) ** 0.05)
    axis.set_xlim(low / factor, high * factor)


def plain_log_axis(axis: Axes, ticks: Sequence[float]) -> None:
    """Plain numbers at the ticks alone."""
    axis.xaxis.set_major_locator(FixedLocator(list(ticks)))
    axis.xaxis.set_major_formatter(FuncFormatter(plain_tick))
    axis.xaxis.set_minor_locator(NullLocator())


def ratio_limits(columns: Iterable[pd.Series], factor: float) -> tuple[float, float]:
    """Limits of a logarithmic axis that holds all ratios, and 1, with a factor of room on both sides."""
    values = pd.concat([*columns, pd.Series([0.8, 1.25])]).dropna().astype(float)
    return float(values.min()) / factor, float(values.max()) * factor


def factor_axis(axis: Axes, ticks: Sequence[float]) -> None:
    """By how many times one side is faster, at the ticks alone: "2×" stands at 2 and at a half."""
    plain_log_axis(axis, ticks)
    axis.xaxis.set_major_formatter(FuncFormatter(factor_tick))


def factor_tick(value: float, _: Any = None) -> str:
    """A ratio as the factor of the side on which it lies: 0.5 and 2 are both "2×"; 1 is "1"."""
    factor = max(value, 1 / value)
    return "1" if factor < 1.001 else f"{factor:.3g}×" if factor < 999.5 else f"{factor:,.0f}×"


def factor_ticks(limits: tuple[float, float], most: int) -> list[float]:
    """Ticks at the same factors on both sides of 1, the densest that reach far enough and of which about `most` would
    stand beside each other.
    """
    low, high = np.log(limits)
    for factors in FACTORS:
        ticks = [place for place in _both_ways(factors) if limits[0] <= place <= limits[1]]
        gaps = np.diff(np.log(ticks))
        if np.log(factors[-1]) >= 0.6 * max(high, -low) and (gaps > (high - low) / (1.3 * most)).all():
            return ticks
    return [1.0]


def _both_ways(factors: Sequence[float]) -> list[float]:
    return [*(1 / factor for factor in reversed(factors)), 1.0, *factors]


def reach(ratios: pd.Series) -> float:
    """How far from 1, as a factor, a ratio may lie to be drawn in its place; beyond, it is far from all others."""
    logs = np.log(ratios.dropna().astype(float)).abs()
    if len(logs) < LEAST_FOR_OUTLIERS:
        return np.inf
    return float(np.exp(max(OUTLYING * logs.quantile(0.9), np.log(2))))


def one_two_five(limits: tuple[float, float], most: int) -> list[float]:
    """The ticks of a 1-2-5 series between the limits; the powers of ten alone where those are more than `most`, and
    what lies near 1 where a single one would be left.
    """
    series = [factor * 10.0**power for power in range(-6, 8) for factor in (1, 2, 5)]
    ticks = [tick for tick in series if limits[0] <= tick <= limits[1]]
    if len(ticks) < 2:
        return [tick for tick in NEAR_ONE if limits[0] <= tick <= limits[1]] or ticks
    return ticks if len(ticks) <= most else [tick for tick in ticks if f"{tick:e}".startswith("1.0")]


def log_ticks(axis: Any, label: Any, few: bool = False) -> None:
    """Ticks at powers of ten; at 1, 2 and 5 where the axis is shorter than two decades, or at 1 and 3 for `few`."""
    low, high = axis.get_view_interval()
    decades = np.log10(high / low)
    if decades < 2:
        between = (1.0, 3.0) if few and decades > 1.2 else (1.0, 2.0, 5.0) if decades > 0.5 else tuple(range(1, 10))
        axis.set_major_locator(LogLocator(subs=between))
        if decades < 0.25:
            axis.set_major_locator(FixedLocator(list(even_ticks(low, high, 3 if few else 5))))
    else:
        axis.set_major_locator(FixedLocator(powers_of_ten(low, high, 5 if few else 8)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: label(value)))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def byte_ticks(axis: Any) -> None:
    """Ticks at powers of two; evenly spaced where few of those fit."""
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(base=2.0, numticks=6))
    if high / low < 8:
        scale, _ = _unit(low, numbers.BYTE_UNITS)
        axis.set_major_locator(FixedLocator(list(scale * even_ticks(low / scale, high / scale, 4))))
    axis.set_major_formatter(FuncFormatter(lambda value, _: bytes_tick(value)))
    axis.set_minor_locator(NullLocator())


def even_ticks(low: float, high: float, count: int) -> np.ndarray:
    """Evenly spaced ticks, for a logarithmic axis so short that it is nearly linear."""
    return np.asarray([tick for tick in mpl.ticker.MaxNLocator(count).tick_values(low, high) if low <= tick <= high])


def powers_of_ten(low: float, high: float, most: int) -> list[float]:
    """Powers of ten between the limits, every second or third where there are more than `most`."""
    first, last = int(np.ceil(np.log10(low) - 1e-9)), int(np.floor(np.log10(high) + 1e-9))
    step = max(1, -(-(last - first + 1) // most))
    ticks = [10.0**power for power in range(last, first - 1, -step)]
    return sorted({low, *ticks} if low < 1e-16 else set(ticks))


def plain_tick(value: float, _: Any = None) -> str:
    """A tick as a plain number."""
    return f"{value:,g}" if value < 1e6 else f"{value:g}"


def power_tick(value: float) -> str:
    """A tick as a plain number, or as a power of ten where it is below 0.001 or, as in `numbers.count`, at least ten
    million.
    """
    exponent = round(np.log10(value)) if value > 0 else 0
    if value <= 0 or abs(value / 10.0**exponent - 1) > 1e-6 or -3 <= exponent <= 6:
        return f"{value:,.7g}"
    return "10" + str(exponent).translate(numbers.SUPERSCRIPTS)


def seconds_tick(value: float) -> str:
    """A tick as a time."""
    scale, unit = _unit(value, numbers.TIME_UNITS)
    return f"{value / scale:,g}{numbers.SPACE}{unit}"


def rate_tick(value: float) -> str:
    """A tick with an SI prefix."""
    scale, prefix = _unit(value, numbers.RATE_UNITS)
    return f"{value / scale:g}{numbers.SPACE}{prefix}".rstrip()


def percent_tick(value: float) -> str:
    """A tick of a share."""
    return f"{100 * value:g}{numbers.SPACE}%"


def bytes_tick(value: float) -> str:
    """A tick of an amount of memory."""
    scale, unit = _unit(value, numbers.BYTE_UNITS)
    return f"{value / scale:.3g}{numbers.SPACE}{unit}"


def _unit(value: float, units: Sequence[tuple[float, str]]) -> tuple[float, str]:
    """The largest unit that the value reaches, but for rounding."""
    return next((entry for entry in units if value >= entry[0] * 0.999999), units[-1])
