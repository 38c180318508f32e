"""Loss curves over each other."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.ticker import FuncFormatter

from article.figures.axes import Drawing, Words, curve_panel, panel_groups, theme, variant_entries
from article.figures.palette import MARKERS, SURFACE, VARIANTS
from article.figures.ticks import log_ticks, plain_tick, power_tick


def loss_plot(data: pd.DataFrame, words: Words) -> Drawing:
    """Loss against the step, all variants over each other; the first drawn is the widest, so that all stay visible.

    Columns: panel, framework, mode, step, loss.
    """
    groups = panel_groups(data)
    with theme():
        axes = [curve_panel(panel) for panel, _ in groups]
        for axis, (_, rows) in zip(axes, groups, strict=True):
            curves = list(rows.groupby(["framework", "mode"], sort=False))
            for order, ((framework, mode), curve) in enumerate(curves):
                every = max(1, len(curve) // 8)
                axis.plot(
                    curve["step"],
                    curve["loss"],
                    color=VARIANTS[framework, mode],
                    linewidth=1.5 + 2.2 * (len(curves) - 1 - order),
                    solid_capstyle="round",
                    marker=MARKERS[framework, mode],
                    markevery=(order * every // len(curves), every),
                    markersize=6 + 1.5 * (len(curves) - 1 - order),
                    markeredgecolor=SURFACE,
                )
            axis.set(xlabel=words["x"], ylabel=words["y"])
            if rows["loss"].min() > 0 and rows["loss"].max() / rows["loss"].min() > 20:
                axis.set_yscale("log")
                log_ticks(axis.yaxis, power_tick)
            else:
                axis.yaxis.set_major_formatter(FuncFormatter(plain_tick))
            axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True))
    return Drawing(axes, variant_entries(data))
