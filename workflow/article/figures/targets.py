"""The score of a training on its way to a target."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from article.figures.axes import Drawing, Words, curve_panel, panel_groups, theme, variant_entries
from article.figures.palette import INK, MARKERS, SURFACE, VARIANTS
from article.figures.ticks import log_ticks, pad_log, plain_tick, seconds_tick


def target_plot(data: pd.DataFrame, words: Words) -> Drawing:
    """The score on its way to the target, one line per variant and seed: over the steps, and over the seconds (log).

    Columns: panel, framework, mode, seed, step, seconds, score, target, quantity (what the score is called).
    """
    groups = panel_groups(data)
    axes = []
    with theme():
        for panel, rows in groups:
            pair = [curve_panel(panel, height=210.0, top=36.0) for _ in range(2)]
            axes += pair
            for axis, x in zip(pair, ("step", "seconds"), strict=True):
                _draw_courses(axis, rows[rows[x] > 0] if x == "seconds" else rows, x)
                axis.axhline(rows["target"].iloc[0], color=INK, linewidth=1.6, linestyle="--")
                axis.set(xlabel=words[x], ylabel=rows["quantity"].iloc[0])
                axis.yaxis.set_major_formatter(FuncFormatter(plain_tick))
                if x == "step":
                    axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True))
                else:
                    log_ticks(axis.xaxis, seconds_tick, few=True)
            pair[1].set_ylim(pair[0].get_ylim())
    return Drawing(axes, variant_entries(data))


def _draw_courses(axis: Axes, rows: pd.DataFrame, x: str) -> None:
    """One line per variant and seed, the first variant the widest; a mark where each has ended."""
    variants = list(rows.groupby(["framework", "mode"], sort=False))
    for order, ((framework, mode), own) in enumerate(variants):
        for _, course in own.groupby("seed", sort=False):
            axis.plot(
                course[x],
                course["score"],
                color=VARIANTS[framework, mode],
                alpha=0.75,
                linewidth=1.2 + 0.9 * (len(variants) - 1 - order),
                solid_capstyle="round",
            )
            axis.plot(
                course[x].iloc[-1],
                course["score"].iloc[-1],
                color=VARIANTS[framework, mode],
                marker=MARKERS[framework, mode],
                markersize=7,
                markeredgecolor=SURFACE,
                clip_on=False,
            )
    if x == "seconds":
        axis.set_xscale("log")
        pad_log(axis, rows[x])
