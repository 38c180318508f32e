"""Figures of dots on a logarithmic axis, one row per problem: ratios of times with intervals, and errors.

As in `figures`: tidy data and words in, a Matplotlib figure out, in two widths.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from article.figures.axes import (
    FONT,
    WIDE,
    Words,
    heading,
    heading_room,
    panel_groups,
    panels,
    plain_log_axis,
    row_labels,
    rows_height,
    text_width,
    theme,
    variant_entries,
)
from article.figures.palette import INK, MARKERS, MUTED, SURFACE, VARIANTS
from bench.results import intervals

SHIFT = {True: {"torch": -0.17, "jax": 0.17}, False: {"torch": 0.04, "jax": 0.3}}
"""How far below the middle of its row each framework stands, wide or not: a narrow drawing has the label above."""

COLOURS = {"torch": ("torch", "eager"), "jax": ("jax", "jit")}
"""The variant whose colour and marker stand for a framework where modes are not told apart."""


def ratio_dots(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Ratios per row and variant with their 95 % intervals around a line at 1. Dimensionless, log axis.

    Columns: panel, label, framework, mode, ratio, low, high (None for one run), limit (a dashed line of the panel that
    the word `limit` names, or None).
    """
    groups, wide = panel_groups(data), width >= WIDE
    with theme():
        figure, axes = rows_of(data, groups, width, 48 if len(groups) > 1 else 34, variant_entries(data), 28.0)
        limits = _limits(data)
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            labels = list(dict.fromkeys(rows["label"]))
            axis.set_xscale("log")
            axis.set_xlim(*limits)
            axis.axvline(1, color=INK, linewidth=1.2)
            if not intervals.missing(limit := rows["limit"].iloc[0]):
                reference_line(axis, float(limit), words["limit"])
            for row in rows.itertuples():
                _interval(axis, row, labels.index(row.label) + SHIFT[wide].get(row.framework, 0.0))
            row_labels(axis, labels, wide)
            plain_log_axis(axis, _ticks(limits, wide))
            axis.set_xlabel(words["x"])
            heading(axis, panel if len(groups) > 1 else "", 18)
    return figure


def rows_of(
    data: pd.DataFrame,
    groups: Sequence[tuple[str, pd.DataFrame]],
    width: int,
    top: float,
    legend: Sequence[tuple[str, str, str]],
    height: float,
) -> tuple[Figure, list[Axes]]:
    """Panels one below the other with room for their rows and labels."""
    wide = width >= WIDE
    left = min(400.0, 16 + max(text_width(label) for label in data["label"])) if wide else 10.0
    heights = [rows_height(rows["label"].nunique(), wide, height if wide else 52.0) for _, rows in groups]
    return panels(
        heights,
        width,
        left=left,
        right=30 if wide else 14,
        top=top + heading_room(list(groups), width),
        bottom=46,
        legend=legend,
    )


def reference_line(axis: Axes, place: float, name: str, side: str = "right") -> None:
    """A dashed line with its name above it, which reaches to the side named."""
    axis.axvline(place, color=INK, linewidth=1.4, linestyle="--")
    align = {"left": "left", "right": "right"}[side]
    axis.annotate(
        name,
        (place, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 4),
        textcoords="offset points",
        ha=align,
        va="bottom",
        fontsize=FONT - 1,
        color=MUTED,
    )


def _interval(axis: Axes, row: Any, y: float) -> None:
    colour = VARIANTS[row.framework, row.mode]
    if not intervals.missing(row.low) and not intervals.missing(row.high):
        axis.plot([row.low, row.high], [y, y], color=colour, linewidth=2.2, solid_capstyle="butt")
        axis.plot(
            [row.low, row.high], [y, y], color=colour, marker="|", markersize=7, markeredgewidth=1.4, linestyle="none"
        )
    axis.plot(
        row.ratio, y, marker=MARKERS[row.framework, row.mode], markersize=7.5, color=colour, markeredgecolor=SURFACE
    )


def _limits(data: pd.DataFrame) -> tuple[float, float]:
    columns = [data[name] for name in ("ratio", "low", "high", "limit")]
    values = pd.concat([*columns, pd.Series([0.8, 1.25])]).dropna().astype(float)
    return float(values.min()) / 1.15, float(values.max()) * 1.15


def _ticks(limits: tuple[float, float], wide: bool) -> list[float]:
    series = [factor * 10.0**power for power in range(-6, 8) for factor in (1, 2, 5)]
    ticks = [tick for tick in series if limits[0] <= tick <= limits[1]]
    return ticks if len(ticks) <= (12 if wide else 6) else [tick for tick in ticks if f"{tick:e}".startswith("1.0")]
