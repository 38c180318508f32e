"""Figures of dots on a logarithmic axis, one row per problem: ratios of times with intervals, and errors.

As in `figures`: tidy data and words in, a Matplotlib figure out, in two widths.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from bench import formats
from bench.drawing import (
    FONT,
    WIDE,
    Words,
    heading,
    heading_room,
    panel_groups,
    panels,
    plain_log_axis,
    power_tick,
    powers_of_ten,
    row_labels,
    rows_height,
    text_width,
    theme,
    variant_entries,
)
from bench.svg import INK, MARKERS, MUTED, SURFACE, VARIANTS

SHIFT = {True: {"torch": -0.17, "jax": 0.17}, False: {"torch": 0.04, "jax": 0.3}}
"""How far below the middle of its row each framework stands, wide or not: a narrow drawing has the label above."""
EPSILON = {"float64": float(np.finfo(np.float64).eps), "float32": float(np.finfo(np.float32).eps)}
EXACT = 1e-18
"""Where an error of zero is drawn."""
COLOURS = {"torch": ("torch", "eager"), "jax": ("jax", "jit")}
"""The variant whose colour and marker stand for a framework where modes are not told apart."""


def ratio_dots(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Ratios per row and variant with their 95 % intervals around a line at 1. Dimensionless, log axis.

    Columns: panel, label, framework, mode, ratio, low, high (None for one run), limit (a dashed line of the panel that
    the word `limit` names, or None).
    """
    groups, wide = panel_groups(data), width >= WIDE
    with theme():
        figure, axes = _rows(data, groups, width, 48 if len(groups) > 1 else 34, variant_entries(data), 28.0)
        limits = _limits(data)
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            labels = list(dict.fromkeys(rows["label"]))
            axis.set_xscale("log")
            axis.set_xlim(*limits)
            axis.axvline(1, color=INK, linewidth=1.2)
            if not formats.missing(limit := rows["limit"].iloc[0]):
                _line(axis, float(limit), words["limit"])
            for row in rows.itertuples():
                _interval(axis, row, labels.index(row.label) + SHIFT[wide].get(row.framework, 0.0))
            row_labels(axis, labels, wide)
            plain_log_axis(axis, _ticks(limits, wide))
            axis.set_xlabel(words["x"])
            heading(axis, panel if len(groups) > 1 else "", 18)
    return figure


def accuracy_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Largest relative error per row, framework and precision. Dimensionless, log axis; exact results stand left.

    Columns: panel, label, framework, precision (float64 is filled, any other hollow), error (0 = exact).
    """
    groups, wide = panel_groups(data), width >= WIDE
    present = list(dict.fromkeys(zip(data["framework"], data["precision"], strict=True)))
    entries = [(f"{words[framework]} {precision}", VARIANTS[COLOURS[framework]],
                ("" if precision == "float64" else "open ") + MARKERS[COLOURS[framework]])
               for framework, precision in sorted(present, key=lambda entry: (entry[0] != "torch", entry[1] < "f6"))]
    with theme():
        figure, axes = _rows(data, groups, width, 34, entries, 25.0)
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            labels = list(dict.fromkeys(rows["label"]))
            axis.set_xscale("log")
            axis.set_xlim(EXACT / 3, max(1e-5, float(data["error"].max())) * 10)
            for precision in [name for name in EPSILON if name in set(data["precision"])]:
                _line(axis, EPSILON[precision], words["epsilon"].format(precision=precision), "left")
            for row in rows.itertuples():
                _error(axis, row, labels.index(row.label) + SHIFT[wide].get(row.framework, 0.0))
            axis.xaxis.set_major_locator(FixedLocator(powers_of_ten(EXACT, axis.get_xlim()[1], 8 if wide else 5)))
            axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: "0" if value <= EXACT else power_tick(value)))
            axis.xaxis.set_minor_locator(NullLocator())
            row_labels(axis, labels, wide)
            axis.set_xlabel(words["x"])
            heading(axis, panel if len(groups) > 1 else "", 18)
    return figure


def _rows(data: pd.DataFrame, groups: Sequence[tuple[str, pd.DataFrame]], width: int, top: float,
          legend: Sequence[tuple[str, str, str]], height: float) -> tuple[Figure, list[Axes]]:
    """Panels one below the other with room for their rows and labels."""
    wide = width >= WIDE
    left = min(400.0, 16 + max(text_width(label) for label in data["label"])) if wide else 10.0
    heights = [rows_height(rows["label"].nunique(), wide, height if wide else 52.0) for _, rows in groups]
    return panels(heights, width, left=left, right=30 if wide else 14, top=top + heading_room(list(groups), width),
                  bottom=46, legend=legend)


def _line(axis: Axes, place: float, name: str, side: str = "right") -> None:
    """A dashed line with its name above it, which reaches to the side named."""
    axis.axvline(place, color=INK, linewidth=1.4, linestyle="--")
    align = {"left": "left", "right": "right"}[side]
    axis.annotate(name, (place, 1), xycoords=("data", "axes fraction"), xytext=(0, 4), textcoords="offset points",
                  ha=align, va="bottom", fontsize=FONT - 1, color=MUTED)


def _interval(axis: Axes, row: Any, y: float) -> None:
    colour = VARIANTS[row.framework, row.mode]
    if not formats.missing(row.low) and not formats.missing(row.high):
        axis.plot([row.low, row.high], [y, y], color=colour, linewidth=2.2, solid_capstyle="butt")
        axis.plot([row.low, row.high], [y, y], color=colour, marker="|", markersize=7, markeredgewidth=1.4,
                  linestyle="none")
    axis.plot(row.ratio, y, marker=MARKERS[row.framework, row.mode], markersize=7.5, color=colour,
              markeredgecolor=SURFACE)


def _error(axis: Axes, row: Any, y: float) -> None:
    variant = COLOURS[row.framework]
    filled = row.precision == "float64"
    axis.plot(max(row.error, EXACT), y, marker=MARKERS[variant], markersize=7.5,
              linestyle="none", markerfacecolor=VARIANTS[variant] if filled else SURFACE, markeredgewidth=1.4,
              markeredgecolor=SURFACE if filled else VARIANTS[variant], clip_on=False)


def _limits(data: pd.DataFrame) -> tuple[float, float]:
    columns = [data[name] for name in ("ratio", "low", "high", "limit")]
    values = pd.concat([*columns, pd.Series([0.8, 1.25])]).dropna().astype(float)
    return float(values.min()) / 1.15, float(values.max()) * 1.15


def _ticks(limits: tuple[float, float], wide: bool) -> list[float]:
    series = [factor * 10.0**power for power in range(-6, 8) for factor in (1, 2, 5)]
    ticks = [tick for tick in series if limits[0] <= tick <= limits[1]]
    return ticks if len(ticks) <= (12 if wide else 6) else [tick for tick in ticks if f"{tick:e}".startswith("1.0")]
