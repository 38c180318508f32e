"""Every value of every run over the box of all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from article.figures.axes import Drawing, Words, labels_of, panel_groups, row_labels, row_panel, theme
from article.figures.palette import MUTED, VARIANTS
from article.figures.ticks import log_ticks, pad_log, seconds_tick

BOX = 0.4
"""Height of a box, in units of a row: the label stands above it."""


def distribution_plot(data: pd.DataFrame, words: Words) -> Drawing:
    """Every value of every run, one lane per run, over the box of all of them. Seconds per step, log axis.

    Columns: panel, label, framework, mode, run, seconds.
    """
    groups = panel_groups(data)
    with theme():
        axes = [row_panel(rows, panel, height=58, left=22, right=22, top=28) for panel, rows in groups]
        for axis, (_, rows) in zip(axes, groups, strict=True):
            labels = labels_of(rows)
            axis.set_xscale("log")
            for row, label in enumerate(labels):
                _draw_values(axis, row, rows[rows["label"] == label])
            row_labels(axis, labels)
            axis.set_xlabel(words["x"])
            pad_log(axis, rows["seconds"])
            log_ticks(axis.xaxis, seconds_tick, few=True)
    return Drawing(axes)


def _draw_values(axis: Axes, row: int, rows: pd.DataFrame) -> None:
    framework, mode = rows["framework"].iloc[0], rows["mode"].iloc[0]
    lines = {"color": MUTED, "linewidth": 1}
    axis.boxplot(
        rows["seconds"].to_numpy(),
        positions=[row],
        orientation="horizontal",
        widths=BOX,
        whis=(0, 100),
        showfliers=False,
        manage_ticks=False,
        boxprops=lines,
        medianprops=lines | {"linewidth": 1.6},
        whiskerprops=lines,
        capprops=lines,
    )
    runs = {run: place for place, run in enumerate(sorted(rows["run"].unique()))}
    lane = 0.9 * BOX / max(1, len(runs))
    offsets = (rows["run"].map(runs).to_numpy() - (len(runs) - 1) / 2) * lane
    # One path of points without length, drawn as round caps: thousands of values stay a small drawing.
    points = np.column_stack([np.repeat(rows["seconds"].to_numpy(), 2), np.repeat(row + offsets, 2)])
    codes = np.tile([Path.MOVETO, Path.LINETO], len(rows))
    path = Path(points, codes)
    path.should_simplify = False  # points without length would be simplified away
    axis.add_patch(
        PathPatch(
            path,
            facecolor="none",
            edgecolor=VARIANTS[framework, mode],
            linewidth=5.0 if len(rows) <= 60 else 3.2,
            capstyle="round",
            alpha=0.75,
            zorder=4,
        )
    )
