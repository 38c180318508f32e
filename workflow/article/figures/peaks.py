"""Rates of floating-point work against the measured peak."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from article.figures.axes import (
    FONT,
    Drawing,
    Words,
    in_parts,
    labels_of,
    panel_groups,
    row_labels,
    row_panel,
    theme,
    variant_entries,
)
from article.figures.palette import INK, MARKERS, SURFACE, VARIANTS
from article.figures.ticks import log_ticks, pad_log, rate_tick


def peak_plot(data: pd.DataFrame, words: Words) -> Drawing:
    """Rate of floating-point work of every variant against the measured peak of its device. flop/s, log axis.

    Columns: panel, label, framework, mode, flops_per_second, peak (of the panel, or None). Source of the idea: the
    roofline of Williams, Waterman and Patterson, CACM 2009, without its slope, because bytes moved are not counted.
    """
    groups = [(panel, part) for panel, rows in panel_groups(data) for part in in_parts(rows)]
    with theme():
        axes = [row_panel(rows, panel, right=42, top=34, above=18) for panel, rows in groups]
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            labels = labels_of(rows)
            axis.set_xscale("log")
            _draw_rates(axis, rows, labels)
            whole = data[data["panel"].astype(str) == panel]
            peak = whole["peak"].dropna()
            pad_log(axis, pd.concat([whole["flops_per_second"], peak]))
            if len(peak):
                axis.axvline(peak.iloc[0], color=INK, linewidth=1.6, linestyle="--")
                axis.annotate(
                    words["peak"],
                    (peak.iloc[0], 1),
                    xycoords=("data", "axes fraction"),
                    xytext=(4, 4),
                    textcoords="offset points",
                    ha="right",
                    va="bottom",
                    fontsize=FONT - 1,
                )
            row_labels(axis, labels)
            axis.set_xlabel(words["x"])
            log_ticks(axis.xaxis, rate_tick, few=True)
    return Drawing(axes, variant_entries(data))


def _draw_rates(axis: Axes, rows: pd.DataFrame, labels: Sequence[str]) -> None:
    for row in rows.itertuples():
        axis.plot(
            row.flops_per_second,
            labels.index(row.label),
            marker=MARKERS[row.framework, row.mode],
            markersize=8,
            color=VARIANTS[row.framework, row.mode],
            markeredgecolor=SURFACE,
            alpha=0.92,
        )
