"""Cumulative time against the number of steps: who starts slower and is faster later."""

from __future__ import annotations

import pandas as pd
import seaborn as sns

from article.figures.axes import Drawing, Words, curve_panel, panel_groups, ring, theme, variant_entries
from article.figures.palette import MARKERS, SURFACE, VARIANTS
from article.figures.ticks import log_ticks, power_tick, seconds_tick


def break_even_plot(data: pd.DataFrame, crossings: pd.DataFrame, words: Words) -> Drawing:
    """Cumulative time against the number of steps: who starts slower and is faster later. Log axes, steps and seconds.

    Columns of data: panel, framework, mode, steps, seconds. Columns of crossings: panel, steps, seconds.
    """
    groups = panel_groups(data)
    with theme():
        axes = [curve_panel(panel) for panel, _ in groups]
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
                ring(axis, crossing.steps, crossing.seconds)
            axis.set(xscale="log", yscale="log", xlabel=words["x"], ylabel=words["y"])
            log_ticks(axis.xaxis, power_tick, few=True)
            log_ticks(axis.yaxis, seconds_tick)
    return Drawing(axes, variant_entries(data))
