"""Time, throughput and memory along a scaling curve."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from article.figures.axes import Drawing, Words, curve_panel, panel_groups, ring, theme, variant_entries
from article.figures.palette import MARKERS, SURFACE, VARIANTS
from article.figures.ticks import (
    byte_ticks,
    log_ticks,
    percent_tick,
    plain_log_axis,
    power_tick,
    rate_tick,
    seconds_tick,
)

LARGE = 1e5
"""Points of a scaling curve from here on are too long to be written out below the axis."""


TICKS = {"seconds": seconds_tick, "items": rate_tick, "share": percent_tick}


def scaling_plot(data: pd.DataFrame, crossings: pd.DataFrame, words: Words) -> Drawing:
    """Quantities of every variant over the points of a scaling curve, one panel each. Log axes.

    Columns of data: panel (seconds | items | share | bytes), framework, mode, point, value, axis (what grows, in
    words), linear (true where the points stand evenly). Columns of crossings: point, seconds; they are ringed.
    """
    groups = panel_groups(data)
    with theme():
        axes = [curve_panel(words[panel], height=190.0, top=30.0, above=8.0) for panel, _ in groups]
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            _draw_curves(axis, rows, words, panel, crossings if panel == "seconds" else crossings.head(0))
    return Drawing(axes, variant_entries(data))


def times_plot(data: pd.DataFrame, crossings: pd.DataFrame, words: Words) -> Drawing:
    """Times per step of every variant over the points of several scaling curves, one panel each. Log axes.

    Columns as of `scaling_plot`, but panel names the curve, of crossings too.
    """
    groups = panel_groups(data)
    with theme():
        axes = [curve_panel(title, height=150.0, top=30.0, above=8.0) for title, _ in groups]
        for axis, (title, rows) in zip(axes, groups, strict=True):
            _draw_curves(axis, rows, words, "seconds", crossings[crossings["panel"] == title])
    return Drawing(axes, variant_entries(data))


def _draw_curves(axis: Axes, rows: pd.DataFrame, words: Words, quantity: str, crossings: pd.DataFrame) -> None:
    """One panel: a quantity of every variant over the points, and rings where the frameworks cross."""
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
    for crossing in crossings.itertuples():
        ring(axis, crossing.point, crossing.seconds)
    points = sorted(rows["point"].unique())
    if points[-1] >= LARGE:
        log_ticks(axis.xaxis, power_tick, few=True)
    else:
        plain_log_axis(axis, points if len(points) <= 6 else points[::2])
    if quantity == "bytes":
        byte_ticks(axis.yaxis)
    else:
        log_ticks(axis.yaxis, TICKS[quantity])
