"""Ratios of times with their intervals as dots on a logarithmic axis, one row per problem, every variant in it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from article.figures.axes import (
    SHIFT,
    WIDE,
    Words,
    draw_interval,
    heading,
    labels_of,
    panel_groups,
    reference_line,
    row_labels,
    row_panels,
    theme,
    variant_entries,
)
from article.figures.palette import INK, MARKERS, SURFACE, VARIANTS
from article.figures.ticks import one_two_five, plain_log_axis, ratio_limits
from bench.results import intervals


def ratio_dots(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Ratios per row and variant with their 95 % intervals around a line at 1. Dimensionless, log axis.

    Columns: panel, label, framework, mode, ratio, low, high (None for one run), limit (a dashed line of the panel that
    the word `limit` names, or None).
    """
    groups, wide = panel_groups(data), width >= WIDE
    limits = ratio_limits((data[name] for name in ("ratio", "low", "high", "limit")), 1.15)
    with theme():
        figure, axes = row_panels(
            groups,
            width,
            right=30 if wide else 14,
            top=48 if len(groups) > 1 else 34,
            height=28.0 if wide else 52.0,
            legend=variant_entries(data),
        )
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            labels = labels_of(rows)
            axis.set_xscale("log")
            axis.set_xlim(*limits)
            axis.axvline(1, color=INK, linewidth=1.2)
            if not intervals.missing(limit := rows["limit"].iloc[0]):
                reference_line(axis, float(limit), words["limit"])
            for row in rows.itertuples():
                _draw_ratio(axis, row, labels.index(row.label) + SHIFT[wide].get(row.framework, 0.0))
            row_labels(axis, labels, wide)
            plain_log_axis(axis, one_two_five(limits, 12 if wide else 6))
            axis.set_xlabel(words["x"])
            heading(axis, panel if len(groups) > 1 else "", 18)
    return figure


def _draw_ratio(axis: Axes, row: Any, y: float) -> None:
    variant = row.framework, row.mode
    draw_interval(axis, row, y, VARIANTS[variant], linewidth=2.2, cap=7, cap_width=1.4)
    axis.plot(row.ratio, y, marker=MARKERS[variant], markersize=7.5, color=VARIANTS[variant], markeredgecolor=SURFACE)
