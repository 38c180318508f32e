"""Where the time of a start goes, stacked by part."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from article import numbers
from article.figures.axes import FONT, Drawing, Words, labels_of, panel_groups, row_labels, row_panel, theme
from article.figures.palette import MUTED, PARTS, SURFACE
from article.figures.ticks import plain_tick


def startup_plot(data: pd.DataFrame, words: Words) -> Drawing:
    """Time from the start of the process to the first result, stacked by part. Seconds, linear axis.

    Columns: panel, label, part (one of `PARTS`), seconds, total (of the label, as it is written at the end).
    """
    groups = panel_groups(data)
    entries = [(words[part], PARTS[part], "bar") for part in PARTS if part in set(data["part"])]
    with theme():
        axes = [row_panel(rows, panel, right=74, top=26, bottom=44) for panel, rows in groups]
        for axis, (_, rows) in zip(axes, groups, strict=True):
            labels = labels_of(rows)
            _draw_parts(axis, rows, labels, 0.34)
            row_labels(axis, labels)
            axis.set_xlabel(words["x"])
            axis.xaxis.set_major_formatter(FuncFormatter(plain_tick))
            axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(4))
    return Drawing(axes, entries)


def _draw_parts(axis: Axes, rows: pd.DataFrame, labels: Sequence[str], height: float) -> None:
    """The parts of every row after each other, and the total behind them."""
    totals = rows.groupby("label", sort=False)["total"].first().loc[labels]
    seconds = rows.pivot_table(index="label", columns="part", values="seconds", aggfunc="sum").loc[labels].fillna(0.0)
    end = np.zeros(len(labels))
    for part in (part for part in PARTS if part in seconds):
        own = seconds[part].to_numpy()
        axis.barh(range(len(labels)), own, left=end, height=height, color=PARTS[part], edgecolor=SURFACE, linewidth=0.8)
        end = end + own
    for row, (reached, total) in enumerate(zip(end, totals, strict=True)):
        axis.annotate(
            numbers.seconds(total),
            (reached, row),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=FONT - 1,
            color=MUTED,
        )
    axis.set_xlim(0, float(end.max()) or 1.0)
