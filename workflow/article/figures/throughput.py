"""What each variant does per second, in the unit of its field."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from article.figures.axes import (
    FONT,
    Drawing,
    Words,
    panel_groups,
    row_labels,
    row_panel,
    text_width,
    theme,
)
from article.figures.palette import INK, MUTED, SURFACE, VARIANTS
from bench.results import intervals

MOST_INTERVAL = 1.25
"""How far an interval is drawn, in units of the panel's longest bar; the table has the whole of it."""


def throughput_plot(data: pd.DataFrame, words: Words) -> Drawing:
    """Throughput of every variant as bars from zero, the tasks of a problem side by side. Items per second, linear.

    Columns: panel, label, framework, mode, unit, value, low, high
    (None for one run), text.
    """
    groups = panel_groups(data)
    right = 14 + max(text_width(text) for text in data["text"])
    with theme():
        axes = [row_panel(rows, panel, top=28, above=4, bottom=38, right=right) for panel, rows in groups]
        for axis, (_, rows) in zip(axes, groups, strict=True):
            _draw_bars(axis, rows.reset_index(drop=True))
            axis.set_xlabel(words["x"].format(unit=rows["unit"].iloc[0]))
    return Drawing(axes)


def _draw_bars(axis: Axes, rows: pd.DataFrame) -> None:
    longest = float(rows["value"].max())
    highest = rows["high"].astype(float).max()
    limit = min(max(longest, float(highest)), MOST_INTERVAL * longest) if np.isfinite(highest) else longest
    axis.set_xlim(0, limit)
    axis.set_xticks([])
    ends: list[tuple[float, float]] = []
    for place, row in enumerate(rows.itertuples()):
        bounded = not intervals.missing(row.low) and not intervals.missing(row.high)
        end = min(row.high, limit) if bounded else row.value
        axis.barh(place, row.value, height=0.36, color=VARIANTS[row.framework, row.mode], linewidth=0)
        if bounded:
            ends += [(row.low, place), (end, place), (np.nan, np.nan)]
        best = row.value == rows["value"].max()
        axis.annotate(
            row.text,
            (max(row.value, end), place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=FONT - 1,
            color=INK if best else MUTED,
            fontweight="bold" if best else "normal",
            annotation_clip=False,
        )
    for colour, width in ((SURFACE, 3.4), (INK, 1.4)) if ends else ():  # a rim tells an interval from a dark bar
        axis.plot(*zip(*ends, strict=True), color=colour, linewidth=width, solid_capstyle="butt", clip_on=False)
    row_labels(axis, list(rows["label"]))
