"""Ratios of the two frameworks' times with their intervals."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from article.figures.axes import (
    FONT,
    WIDE,
    Words,
    draw_interval,
    heading,
    label_room,
    panel_groups,
    panels,
    row_labels,
    rows_height,
    text_width,
    theme,
)
from article.figures.palette import BAND, INK, MARKERS, MUTED, STANDS_FOR, SURFACE, VARIANTS
from article.figures.ticks import one_two_five, plain_log_axis, ratio_limits
from bench.results import intervals


def ratio_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Ratio torch/jax per row with its 95 % interval; ties grey. Dimensionless, log axis, 1 = equal.

    Columns: panel, label, ratio, low, high (None for one run), verdict, noise_floor (relative, or None), text.
    """
    groups = panel_groups(data)
    wide = width >= WIDE
    limits = ratio_limits((data[name] for name in ("ratio", "low", "high")), 1.12)
    with theme():
        left = label_room(data["label"], wide, most=420.0)
        right = 18 + max(text_width(text) for text in data["text"]) if wide else 10.0
        heights = [rows_height(len(rows), wide, None if wide else 62.0) for _, rows in groups]
        figure, axes = panels(heights, width, left=left, right=right, top=46, bottom=46, columns=1)
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            axis.set_xscale("log")
            axis.set_xlim(*limits)
            _draw_ratios(axis, rows.reset_index(drop=True))
            row_labels(axis, list(rows["label"]), wide, list(rows["text"]))
            plain_log_axis(axis, _ticks(limits))
            axis.set_xlabel(words["x"])
            heading(axis, panel if len(groups) > 1 else "", 24)
            for side, name in ((0.0, "left"), (1.0, "right")):
                axis.annotate(
                    words[name],
                    (side, 1),
                    xycoords="axes fraction",
                    xytext=(0, 7),
                    fontsize=FONT - 1,
                    textcoords="offset points",
                    ha=name,
                    va="bottom",
                    color=MUTED,
                )
    return figure


def _draw_ratios(axis: Axes, rows: pd.DataFrame) -> None:
    variants = {f"{framework} faster": variant for framework, variant in STANDS_FOR.items()}
    axis.axvline(1, color=INK, linewidth=1.2)
    for place, row in enumerate(rows.itertuples()):
        if not intervals.missing(row.noise_floor):
            axis.add_patch(
                Rectangle(
                    (1 / (1 + row.noise_floor), place - 0.4),
                    1 + row.noise_floor - 1 / (1 + row.noise_floor),
                    0.8,
                    facecolor=BAND,
                    alpha=0.28,
                    linewidth=0,
                )
            )
        variant = variants.get(row.verdict)
        colour, marker = (VARIANTS[variant], MARKERS[variant]) if variant else (MUTED, "D")
        draw_interval(axis, row, place, colour, linewidth=2.4, cap=9, cap_width=1.6)
        axis.plot(row.ratio, place, marker=marker, markersize=8, color=colour, markeredgecolor=SURFACE)


def _ticks(limits: tuple[float, float]) -> list[float]:
    if limits[1] / limits[0] < 4:  # too short for a 1-2-5 series
        return [
            tick for tick in (0.3, 0.5, 0.6, 0.7, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0) if limits[0] <= tick <= limits[1]
        ]
    return one_two_five(limits, 7)
