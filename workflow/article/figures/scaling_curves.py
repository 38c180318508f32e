"""Time, throughput and memory along a scaling curve."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from article.figures.axes import (
    WIDE,
    Words,
    bytes_tick,
    flops_tick,
    heading,
    log_ticks,
    panel_groups,
    panels,
    percent_tick,
    plain_log_axis,
    power_tick,
    seconds_tick,
    theme,
    variant_entries,
)
from article.figures.palette import MARKERS, SURFACE, VARIANTS

LARGE = 1e5
"""Points of a scaling curve from here on are too long to be written out below the axis."""


def scaling_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Quantities of every variant over the points of a scaling curve, one panel each. Log axes.

    Columns: panel (seconds | items | share | bytes), framework, mode, point, value, axis (what grows, in words), linear
    (true where the points stand evenly).
    """
    groups = panel_groups(data)
    columns = 2 if width >= WIDE and len(groups) > 1 else 1
    ticks = {"seconds": seconds_tick, "items": flops_tick, "share": percent_tick}
    with theme():
        figure, axes = panels(
            [190.0] * len(groups),
            width,
            left=80,
            right=20,
            top=30,
            bottom=46,
            columns=columns,
            legend=variant_entries(data),
        )
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            scale = "linear" if rows["linear"].any() else "log"
            axis.set(xscale=scale, yscale="log", xlabel=words[f"x {scale}"].format(axis=rows["axis"].iloc[0]))
            for (framework, mode), curve in rows.groupby(["framework", "mode"], sort=False):
                axis.plot(
                    curve["point"],
                    curve["value"],
                    color=VARIANTS[framework, mode],
                    linewidth=2,
                    marker=MARKERS[framework, mode],
                    markersize=7,
                    markeredgecolor=SURFACE,
                )
            points = sorted(rows["point"].unique())
            if points[-1] >= LARGE:
                log_ticks(axis.xaxis, power_tick, few=True)
            else:
                plain_log_axis(axis, points if len(points) <= 6 else points[::2])
            if panel == "bytes":
                axis.yaxis.set_major_locator(LogLocator(base=2.0, numticks=6))
                axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: bytes_tick(value)))
                axis.yaxis.set_minor_locator(NullLocator())
            else:
                log_ticks(axis.yaxis, ticks[panel])
            heading(axis, words[panel], 8)
    return figure
