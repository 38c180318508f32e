"""Cumulative time against the number of steps: who starts slower and is faster later."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from article.figures.axes import WIDE, Words, curve_panels, heading, panel_groups, theme, variant_entries
from article.figures.palette import INK, MARKERS, SURFACE, VARIANTS
from article.figures.ticks import log_ticks, power_tick, seconds_tick


def break_even_plot(data: pd.DataFrame, crossings: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Cumulative time against the number of steps: who starts slower and is faster later. Log axes, steps and seconds.

    Columns of data: panel, framework, mode, steps, seconds. Columns of crossings: panel, steps, seconds.
    """
    groups = panel_groups(data)
    with theme():
        figure, axes = curve_panels(groups, width, variant_entries(data))
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            for (framework, mode), curve in rows.groupby(["framework", "mode"], sort=False):
                sns.lineplot(
                    curve,
                    x="steps",
                    y="seconds",
                    ax=axis,
                    color=VARIANTS[framework, mode],
                    linewidth=2,
                    marker=MARKERS[framework, mode],
                    markevery=max(1, len(curve) // 6),
                    markersize=6,
                    markeredgecolor=SURFACE,
                    errorbar=None,
                    legend=False,
                )
            for crossing in crossings[crossings["panel"] == panel].itertuples():
                axis.plot(
                    crossing.steps,
                    crossing.seconds,
                    marker="o",
                    markersize=13,
                    markerfacecolor="none",
                    markeredgecolor=INK,
                    markeredgewidth=1.4,
                )
            axis.set(xscale="log", yscale="log", xlabel=words["x"], ylabel=words["y"])
            log_ticks(axis.xaxis, power_tick, few=True)
            log_ticks(axis.yaxis, seconds_tick)
            heading(axis, panel, 10)
    return figure
