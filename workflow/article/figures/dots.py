"""Ratios of times with their intervals as dots on a logarithmic axis, one row per problem, every variant in it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from article.figures.axes import (
    SHIFT,
    TWO_IN_A_ROW,
    Drawing,
    Words,
    draw_interval,
    labels_of,
    mark_spans,
    reference_line,
    row_groups,
    row_labels,
    row_panel,
    theme,
    upright,
    variant_entries,
)
from article.figures.palette import INK, MARKERS, SURFACE, VARIANTS
from article.figures.ticks import one_two_five, plain_log_axis, ratio_limits
from bench.results import intervals


def ratio_dots(data: pd.DataFrame, words: Words) -> Drawing:
    """Ratios per row and variant with their 95 % intervals around a line at 1. Dimensionless, log axis.

    Columns: panel, label, framework, mode, ratio, low, high (None for one run), limit (a dashed line of the panel that
    the word `limit` names, or None).
    """
    groups = row_groups(data)
    limits = ratio_limits((data[name] for name in ("ratio", "low", "high", "limit")), 1.15)
    with theme():
        axes = [
            row_panel(rows, heading, height=TWO_IN_A_ROW, right=14, top=48 if heading else 34, above=18)
            for heading, rows in groups
        ]
        for axis, (_, rows) in zip(axes, groups, strict=True):
            labels = labels_of(rows)
            axis.set_xscale("log")
            axis.set_xlim(*limits)
            spans = mark_spans(len(labels), TWO_IN_A_ROW)
            upright(axis, 1, spans, color=INK, linewidth=1.2)
            if not intervals.missing(limit := rows["limit"].iloc[0]):
                reference_line(axis, float(limit), words["limit"], spans)
            for row in rows.itertuples():
                _draw_ratio(axis, row, labels.index(row.label) + SHIFT.get(row.framework, 0.0))
            row_labels(axis, labels)
            plain_log_axis(axis, one_two_five(limits, 6))
            axis.set_xlabel(words["x"])
    return Drawing(axes, variant_entries(data))


def _draw_ratio(axis: Axes, row: Any, y: float) -> None:
    variant = row.framework, row.mode
    draw_interval(axis, row, y, VARIANTS[variant], linewidth=2.2, cap=7, cap_width=1.4)
    axis.plot(row.ratio, y, marker=MARKERS[variant], markersize=7.5, color=VARIANTS[variant], markeredgecolor=SURFACE)
