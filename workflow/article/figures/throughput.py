"""What each variant does per second, in the unit of its field."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from article.figures.axes import (
    FONT,
    WIDE,
    Words,
    heading,
    heading_room,
    label_room,
    panel_groups,
    panels,
    row_labels,
    rows_height,
    text_width,
    theme,
)
from article.figures.palette import INK, MUTED, VARIANTS
from bench.results import intervals

MOST_INTERVAL = 1.25
"""How far an interval is drawn, in units of the panel's longest bar; the table has the whole of it."""


def throughput_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Throughput of every variant as bars from zero, the tasks of a problem side by side. Items per second, linear.

    Columns: panel, problem (panels of one problem stand in one row), label, framework, mode, unit, value, low, high
    (None for one run), text.
    """
    rows = [[(panel, part) for panel, part in panel_groups(own)] for _, own in data.groupby("problem", sort=False)]
    wide = width >= WIDE
    columns = max(len(row) for row in rows) if wide else 1
    places = [place for row in rows for place in [*row, *[None] * (-len(row) % columns)]]
    with theme():
        left = label_room(data["label"], wide)
        right = 14 + max(text_width(text) for text in data["text"])
        heights = [rows_height(len(place[1]), wide) if place else 0.0 for place in places]
        figure, axes = panels(
            heights,
            width,
            left=left,
            right=right,
            bottom=38,
            columns=columns,
            top=28 + heading_room([place for place in places if place], width, columns),
        )
        for axis, place in zip(axes, places, strict=True):
            if place:
                _draw_bars(axis, place[1].reset_index(drop=True), wide)
                axis.set_xlabel(words["x"].format(unit=place[1]["unit"].iloc[0]))
                heading(axis, place[0], 4)
            else:
                axis.set_axis_off()
    return figure


def _draw_bars(axis: Axes, rows: pd.DataFrame, wide: bool) -> None:
    longest = float(rows["value"].max())
    highest = rows["high"].astype(float).max()
    limit = min(max(longest, float(highest)), MOST_INTERVAL * longest) if np.isfinite(highest) else longest
    axis.set_xlim(0, limit)
    axis.set_xticks([])
    for place, row in enumerate(rows.itertuples()):
        bounded = not intervals.missing(row.low) and not intervals.missing(row.high)
        end = min(row.high, limit) if bounded else row.value
        axis.barh(place, row.value, height=0.6 if wide else 0.36, color=VARIANTS[row.framework, row.mode], linewidth=0)
        if bounded:
            axis.plot([row.low, end], [place, place], color=INK, linewidth=1.4, solid_capstyle="butt", clip_on=False)
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
    row_labels(axis, list(rows["label"]), wide)
