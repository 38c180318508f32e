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
    heading,
    panel_groups,
    panels,
    plain_log_axis,
    row_labels,
    rows_height,
    text_width,
    theme,
)
from article.figures.palette import BAND, INK, MARKERS, MUTED, SURFACE, VARIANTS
from bench.results import intervals


def ratio_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Ratio torch/jax per row with its 95 % interval; ties grey. Dimensionless, log axis, 1 = equal.

    Columns: panel, label, ratio, low, high (None for one run), verdict, noise_floor (relative, or None), text.
    """
    groups = panel_groups(data)
    wide = width >= WIDE
    with theme():
        left = min(420.0, 16 + max(text_width(label) for label in data["label"])) if wide else 10.0
        right = 18 + max(text_width(text) for text in data["text"]) if wide else 10.0
        heights = [rows_height(len(rows), wide, None if wide else 62.0) for _, rows in groups]
        figure, axes = panels(heights, width, left=left, right=right, top=46, bottom=46, columns=1)
        limits = _ratio_limits(data)
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            axis.set_xscale("log")
            axis.set_xlim(*limits)
            _draw_ratios(axis, rows.reset_index(drop=True))
            row_labels(axis, list(rows["label"]), wide, list(rows["text"]))
            plain_log_axis(axis, _ratio_ticks(limits))
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
    colours = {"jax faster": VARIANTS["jax", "jit"], "torch faster": VARIANTS["torch", "eager"]}
    marks = {"jax faster": MARKERS["jax", "jit"], "torch faster": MARKERS["torch", "eager"]}
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
        colour = colours.get(row.verdict, MUTED)
        if not intervals.missing(row.low) and not intervals.missing(row.high):
            axis.plot([row.low, row.high], [place, place], color=colour, linewidth=2.4, solid_capstyle="butt")
            axis.plot(
                [row.low, row.high],
                [place, place],
                color=colour,
                marker="|",
                markersize=9,
                markeredgewidth=1.6,
                linestyle="none",
            )
        axis.plot(
            row.ratio, place, marker=marks.get(row.verdict, "D"), markersize=8, color=colour, markeredgecolor=SURFACE
        )


def _ratio_limits(data: pd.DataFrame) -> tuple[float, float]:
    values = pd.concat([data["ratio"], data["low"], data["high"], pd.Series([0.8, 1.25])]).dropna().astype(float)
    return float(values.min()) / 1.12, float(values.max()) * 1.12


def _ratio_ticks(limits: tuple[float, float]) -> list[float]:
    if limits[1] / limits[0] < 4:  # too short for a 1-2-5 series
        return [
            tick for tick in (0.3, 0.5, 0.6, 0.7, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0) if limits[0] <= tick <= limits[1]
        ]
    candidates = {factor * 10.0**power for power in range(-6, 7) for factor in (1, 2, 5)}
    ticks = sorted(tick for tick in candidates if limits[0] <= tick <= limits[1])
    return ticks if len(ticks) <= 7 else [tick for tick in ticks if f"{tick:e}".startswith("1.0")]
