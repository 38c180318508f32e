"""Losses of training, and how far those of the two frameworks are apart."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from article.figures.axes import (
    FONT,
    TWO_IN_A_ROW,
    Drawing,
    Spans,
    Words,
    curve_panel,
    labels_of,
    mark_spans,
    panel_groups,
    reference_line,
    row_groups,
    row_labels,
    row_panel,
    theme,
    upright,
    variant_entries,
)
from article.figures.errors import EPSILON
from article.figures.palette import INK, MARKERS, MUTED, SURFACE, VARIANTS
from article.figures.ticks import log_ticks, plain_tick, power_tick, powers_of_ten

PITCH = 5.0
"""Pixels from a step to the next within a row."""


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
            _scale_losses(axis, rows["loss"], words)
    return Drawing(axes, variant_entries(data))


def course_plot(data: pd.DataFrame, apart: pd.DataFrame, words: Words) -> Drawing:
    """The loss of a training, drawn once, and beside it how far the frameworks are apart in every step, on a log axis.

    Columns: panel, step, loss, difference (relative, 0 = equal), precision, tolerance (relative). apart: the losses of
    those panels in which the curves of the variants can be told from each other, as `loss_plot` takes them; they are
    drawn as it draws them.
    """
    curves = loss_plot(apart, words)
    shown = {panel: axis for (panel, _), axis in zip(panel_groups(apart), curves.axes, strict=True)}
    axes = []
    with theme():
        for panel, rows in panel_groups(data):
            axes += [shown[panel] if panel in shown else _loss_axis(panel, rows, words), _gap_axis(rows, words)]
    return Drawing(axes, curves.legend)


def agreement_plot(data: pd.DataFrame, apart: pd.DataFrame, words: Words) -> Drawing:
    """How far the losses of the frameworks are apart in the first steps, a row per problem and from above to below a
    point per step, on a log axis; behind the rows the curves of `apart`, as `loss_plot` draws them.

    Columns: label, step, difference (relative, 0 = equal), precision, tolerance (relative: a short dashed line).
    """
    groups, equal = row_groups(data), place_of_none(data["difference"])
    curves = loss_plot(apart, words)
    with theme():
        axes = [row_panel(rows, heading, height=TWO_IN_A_ROW, right=14, top=34, above=18) for heading, rows in groups]
        for axis, (_, rows) in zip(axes, groups, strict=True):
            labels = labels_of(rows)
            spans = mark_spans(len(labels), TWO_IN_A_ROW)
            axis.set_xscale("log")
            axis.set_xlim(equal / 2, 2 * max(data["tolerance"].max(), data["difference"].max()))
            _name_epsilons(axis, rows, words, spans)
            for row, (_, own) in enumerate(rows.groupby("label", sort=False)):
                upright(axis, own["tolerance"].iloc[0], spans[row : row + 1], color=MUTED, linewidth=1.6, linestyle=":")
                heights = row + (PITCH * own["step"] - 6.0) / TWO_IN_A_ROW
                some = own["difference"].where(own["difference"] > 0)  # no way leads to 0 on a log axis
                if some.notna().any():
                    axis.plot(some, heights, color=MUTED, linewidth=1.0)
                _points(axis, own["difference"].clip(lower=equal), heights)
            row_labels(axis, labels)
            _difference_ticks(axis.xaxis, axis.get_xlim(), equal)
            axis.set_xlabel(words["difference"])
    return Drawing([*axes, *curves.axes], curves.legend)


def place_of_none(differences: pd.Series) -> float:
    """Where a difference of zero is drawn on a log axis: a power of ten well below the smallest other one."""
    some = differences[differences > 0]
    return 10.0 ** (math.floor(math.log10(some.min())) - 1) if len(some) else float(np.finfo(np.float64).eps)


def _loss_axis(panel: str, rows: pd.DataFrame, words: Words) -> Axes:
    """The loss of all variants as one curve."""
    axis = curve_panel(panel)
    axis.plot(rows["step"], rows["loss"], color=INK, linewidth=2)
    _scale_losses(axis, rows["loss"], words)
    return axis


def _gap_axis(rows: pd.DataFrame, words: Words) -> Axes:
    """The differences of a problem step by step, below what its precision and its tolerance allow."""
    axis, equal = curve_panel(words["gap"]), place_of_none(rows["difference"])
    _points(axis, rows["step"], rows["difference"].clip(lower=equal), size=4)
    axis.set(yscale="log", ylim=(equal / 2, 5 * max(rows["tolerance"].max(), rows["difference"].max())))
    axis.set(xlabel=words["x"], ylabel=words["difference"])
    precision, tolerance = rows["precision"].iloc[0], rows["tolerance"].iloc[0]
    _level(axis, tolerance, words["tolerance"], ":", above=True)
    if precision in EPSILON:
        _level(axis, EPSILON[precision], words["epsilon"].format(precision=precision), "--", above=False)
    _difference_ticks(axis.yaxis, axis.get_ylim(), equal)
    axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True))
    return axis


def _points(axis: Axes, across: pd.Series, up: pd.Series, size: float = 5.5) -> None:
    axis.plot(
        across, up, marker="o", linestyle="none", markersize=size, color=INK, markeredgecolor=SURFACE, clip_on=False
    )


def _level(axis: Axes, place: float, name: str, style: str, *, above: bool) -> None:
    """A horizontal line with its name at its right end, on the side where fewer points are."""
    axis.axhline(place, color=INK, linewidth=1.4, linestyle=style)
    axis.annotate(
        name,
        (1, place),
        xycoords=("axes fraction", "data"),
        xytext=(0, 3 if above else -4),
        textcoords="offset points",
        ha="right",
        va="bottom" if above else "top",
        fontsize=FONT - 1,
        color=MUTED,
    )


def _name_epsilons(axis: Axes, rows: pd.DataFrame, words: Words, spans: Spans) -> None:
    """A dashed line at the spacing of the numbers of every precision of the rows."""
    for precision in [name for name in EPSILON if name in set(rows["precision"])]:
        reference_line(axis, EPSILON[precision], words["epsilon"].format(precision=precision), spans, "left")


def _difference_ticks(axis: mpl.axis.Axis, limits: tuple[float, float], equal: float) -> None:
    """Powers of ten above the place of no difference, which is called 0."""
    axis.set_major_locator(FixedLocator([equal, *powers_of_ten(10 * equal, limits[1], 5)]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: "0" if value <= equal else power_tick(value)))
    axis.set_minor_locator(NullLocator())


def _scale_losses(axis: Axes, losses: pd.Series, words: Words) -> None:
    """Losses upwards, on a log axis where they fall far, over whole steps."""
    axis.set(xlabel=words["x"], ylabel=words["y"])
    if losses.min() > 0 and losses.max() / losses.min() > 20:
        axis.set_yscale("log")
        log_ticks(axis.yaxis, power_tick)
    else:
        axis.yaxis.set_major_formatter(FuncFormatter(plain_tick))
    axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True))
