"""Ratios of the two frameworks' times with their intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from article.figures.axes import (
    FONT,
    Drawing,
    Spans,
    Words,
    draw_interval,
    height_above,
    mark_spans,
    panel,
    row_groups,
    row_labels,
    theme,
    upright,
)
from article.figures.palette import BAND, INK, MARKERS, MUTED, STANDS_FOR, SURFACE, VARIANTS, VERDICTS
from article.figures.ticks import factor_axis, factor_tick, factor_ticks, ratio_limits, reach
from bench.results import intervals

MARKS = {
    **{f"{framework} faster": (VARIANTS[variant], MARKERS[variant]) for framework, variant in STANDS_FOR.items()},
    "equal": (INK, "D"),
    "still so": (VERDICTS["bad"], ">"),
    "no longer so": (INK, "D"),
    "the other way round": (VERDICTS["good"], "<"),
    "undecided": (MUTED, "open o"),
}
"""Verdict, of a comparison or of a public case → colour and marker, hollow where nothing is decided: told apart without
colour too.
"""
LEAST_MARGIN = 0.015
"""Share of the axis below which the two lines of the margin would touch."""


def ratio_plot(data: pd.DataFrame, words: Words) -> Drawing:
    """Ratio torch/jax, or of the two variants of a public case, per row with its 95 % interval, marked by its verdict.
    Dimensionless, log axis, 1 = equal.

    Columns: panel, label, ratio, low, high (None for one trial), verdict, noise_floor and equal_within (relative, or
    None), text; group, what a panel is headed by, is optional. The lines that bound what counts as equal are drawn
    where they do not run into one. A ratio far beyond all others is an arrow at the edge with its factor.
    """
    groups = row_groups(data)
    limits = drawn_limits(data)
    axes = []
    with theme():
        for heading, rows in groups:
            row_height = height_above(rows["label"], rows["text"])
            spans = mark_spans(len(rows), row_height)
            axis = panel(14 + len(rows) * row_height, heading, top=46, above=24)
            axis.set_xscale("log")
            axis.set_xlim(*limits)
            _draw_margin(axis, rows["equal_within"].dropna(), limits, spans)
            upright(axis, 1, spans, color=INK, linewidth=1.2)
            _draw_ratios(axis, rows.reset_index(drop=True), limits, spans)
            row_labels(axis, list(rows["label"]), list(rows["text"]))
            factor_axis(axis, factor_ticks(limits, 7))
            axis.set_xlabel(words["x"])
            name_sides(axis, words)
            axes.append(axis)
    legend = [(words["count"].format(verdict=words[key], count=count), *MARKS[key]) for key, count in counts(data)]
    return Drawing(axes, legend)


def drawn_limits(data: pd.DataFrame) -> tuple[float, float]:
    """The limits of an axis that holds the ratios (`ratio`, `low`, `high`) but for those far beyond all others."""
    most = reach(data["ratio"])
    near = data[data["ratio"].between(1 / most, most)]
    low, high = ratio_limits((near[name] for name in ("ratio", "low", "high")), 1.12)
    return max(low, 1 / (1.12 * most)), min(high, 1.12 * most)


def name_sides(axis: Axes, words: Words) -> None:
    """Above the axis, who is faster on which side."""
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


def counts(data: pd.DataFrame) -> list[tuple[str, int]]:
    """The verdicts that occur and how often, in the order of their marks."""
    found = [(verdict, int((data["verdict"] == verdict).sum())) for verdict in MARKS]
    return [(verdict, count) for verdict, count in found if count]


def _draw_margin(axis: Axes, margins: pd.Series, limits: tuple[float, float], spans: Spans) -> None:
    """Two dotted lines that bound what counts as equal, unless the axis is so long that they would touch."""
    for margin in margins.unique():
        if 2 * np.log1p(margin) > LEAST_MARGIN * np.log(limits[1] / limits[0]):
            for place in (1 / (1 + margin), 1 + margin):
                upright(axis, place, spans, color=MUTED, linewidth=1.1, linestyle=":")


def _draw_ratios(axis: Axes, rows: pd.DataFrame, limits: tuple[float, float], spans: Spans) -> None:
    for place, row in enumerate(rows.itertuples()):
        if not intervals.missing(row.noise_floor):
            axis.add_patch(
                Rectangle(
                    (1 / (1 + row.noise_floor), spans[place][0]),
                    1 + row.noise_floor - 1 / (1 + row.noise_floor),
                    spans[place][1] - spans[place][0],
                    facecolor=BAND,
                    alpha=0.28,
                    linewidth=0,
                )
            )
        colour, marker = MARKS.get(row.verdict, MARKS["undecided"])
        hollow = marker.startswith("open ")
        if not limits[0] <= row.ratio <= limits[1]:
            draw_beyond(axis, row.ratio, place, limits, colour)
            continue
        draw_interval(axis, row, place, colour, linewidth=1.2 if hollow else 2.4, cap=9, cap_width=1.6)
        axis.plot(
            row.ratio,
            place,
            marker=marker.removeprefix("open "),
            markersize=8,
            color=SURFACE if hollow else colour,
            markeredgecolor=colour if hollow else SURFACE,
            markeredgewidth=1.6 if hollow else 1.0,
        )


def draw_beyond(axis: Axes, ratio: float, place: float, limits: tuple[float, float], colour: str) -> None:
    """An arrow at the edge beyond which a ratio lies, and its factor."""
    right = ratio > 1
    axis.plot(limits[right], place, marker=">" if right else "<", markersize=9, color=colour, clip_on=False)
    axis.annotate(
        factor_tick(ratio),
        (limits[right], place),
        xytext=(-9 if right else 9, 0),
        textcoords="offset points",
        ha="right" if right else "left",
        va="center",
        fontsize=FONT - 1,
        color=colour,
    )
