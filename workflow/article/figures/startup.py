"""Where the time of a start goes, stacked by part."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from article import numbers
from article.figures.axes import (
    FONT,
    WIDE,
    Words,
    heading,
    heading_room,
    panel_groups,
    panels,
    plain_tick,
    row_labels,
    rows_height,
    text_width,
    theme,
)
from article.figures.palette import MUTED, PARTS


def startup_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Time from the start of the process to the end of the first step, stacked by part. Seconds, linear axis.

    Columns: panel, label, part (import | build | trace | compile | first step), seconds.
    """
    groups = panel_groups(data)
    wide = width >= WIDE
    parts = [part for part in PARTS if part in set(data["part"])]
    with theme():
        left = 16 + max(text_width(label) for label in data["label"]) if wide else 10.0
        entries = [(words[part], PARTS[part], "bar") for part in parts]
        heights = [rows_height(rows["label"].nunique(), wide) for _, rows in groups]
        figure, axes = panels(
            heights, width, left=left, right=74, top=26 + heading_room(groups, width), bottom=44, legend=entries
        )
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            labels = list(dict.fromkeys(rows["label"]))
            wide_table = rows.pivot_table(index="label", columns="part", values="seconds", aggfunc="sum").loc[labels]
            start = np.zeros(len(labels))
            for part in parts:
                if part not in wide_table:
                    continue
                seconds = wide_table[part].fillna(0.0).to_numpy()
                axis.barh(
                    range(len(labels)),
                    seconds,
                    left=start,
                    height=0.5 if wide else 0.34,
                    color=PARTS[part],
                    linewidth=0,
                )
                start = start + seconds
            for row, total in enumerate(start):
                axis.annotate(
                    numbers.seconds(total),
                    (total, row),
                    xytext=(5, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=FONT - 1,
                    color=MUTED,
                )
            axis.set_xlim(0, float(start.max()) or 1.0)
            row_labels(axis, labels, wide)
            axis.set_xlabel(words["x"])
            axis.xaxis.set_major_formatter(FuncFormatter(plain_tick))
            axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(6 if wide else 4))
            heading(axis, panel, 8)
    return figure
