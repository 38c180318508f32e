"""Ratios of the two frameworks' times, several in a row: of machines, or of sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from article.figures.axes import (
    FONT,
    LINE,
    SIDE,
    WIDTH,
    Drawing,
    Entry,
    Words,
    draw_interval,
    labels_of,
    row_groups,
    row_panel,
    theme,
    upright,
    wrap,
)
from article.figures.palette import INK, MUTED, SURFACE
from article.figures.ratios import MARKS, draw_beyond, drawn_limits, name_sides
from article.figures.ticks import factor_axis, factor_ticks

SHAPES = ("o", "s", "^", "D", "v", "P")
"""The markers of what stands in a row, in its order."""
MOST_IN_A_ROW = len(SHAPES)
PITCH = 13.0
"""Pixels from one ratio to the next within a row."""


def grouped_ratios(data: pd.DataFrame, members: Sequence[str], linked: bool, words: Words) -> Drawing:
    """Ratio torch/jax per row and member with its 95 % interval, coloured by its verdict. Dimensionless, log axis.

    Columns: label, member (of `members`, at most `MOST_IN_A_ROW`), ratio, low, high (None for one trial), verdict;
    group, what a panel is headed by, is optional.
    A member keeps its marker and its place in the row, which is empty where it lacks the row. linked: whether a line
    leads from each member to the next, because they are in an order.
    """
    limits, groups = drawn_limits(data), row_groups(data)
    texts = {label: wrap(label, WIDTH - 2 * SIDE, FONT - 1, 3) for label in labels_of(data)}
    above = 9 + LINE * max(text.count("\n") + 1 for text in texts.values())
    row_height = above + PITCH * len(members) + 8
    first = -PITCH * (len(members) - 1) / 2 + above / 2
    with theme():
        axes = [
            row_panel(rows, heading, height=row_height, top=46 if heading else 34, above=24) for heading, rows in groups
        ]
        for axis, (_, rows) in zip(axes, groups, strict=True):
            labels = labels_of(rows)
            axis.set_xscale("log")
            axis.set_xlim(*limits)
            spans = [(row - 0.5 + above / row_height, row + 0.5) for row in range(len(labels))]
            upright(axis, 1, spans, color=INK, linewidth=1.2)
            for edge in range(1, len(labels)):
                axis.axhline(edge - 0.5, color=MUTED, linewidth=0.4)
            ranks = rows["member"].map(members.index)
            rows = rows.assign(rank=ranks, place=rows["label"].map(labels.index) + (first + PITCH * ranks) / row_height)
            if linked:
                _link(axis, rows, limits)
            for row in rows.itertuples():
                _draw(axis, row, SHAPES[row.rank], limits)
            _label_rows(axis, [texts[label] for label in labels], above / row_height)
            factor_axis(axis, factor_ticks(limits, 7))
            axis.set_xlabel(words["x"])
            name_sides(axis, words)
    legend: list[Entry] = [(member, MUTED, shape) for member, shape in zip(members, SHAPES, strict=False)]
    legend += [
        (words[verdict], colour, "open stroke" if marker.startswith("open ") else "stroke")
        for verdict, (colour, marker) in MARKS.items()
        if verdict in set(data["verdict"])
    ]
    return Drawing(axes, legend)


def _link(axis: Axes, rows: pd.DataFrame, limits: tuple[float, float]) -> None:
    """A line through the ratios of each row, one after the other; it stays on the axis."""
    for _, own in rows.sort_values("rank").groupby("label", sort=False):
        axis.plot(own["ratio"].clip(*limits), own["place"], color=MUTED, linewidth=1.0)


def _draw(axis: Axes, row: Any, shape: str, limits: tuple[float, float]) -> None:
    colour, marker = MARKS.get(row.verdict, MARKS["undecided"])
    hollow = marker.startswith("open ")
    if not limits[0] <= row.ratio <= limits[1]:
        draw_beyond(axis, row.ratio, row.place, limits, colour)
        return
    draw_interval(axis, row, row.place, colour, linewidth=2.0, cap=6, cap_width=1.4)
    axis.plot(
        row.ratio,
        row.place,
        marker=shape,
        markersize=7,
        color=SURFACE if hollow else colour,
        markeredgecolor=colour if hollow else SURFACE,
        markeredgewidth=1.4 if hollow else 0.8,
    )


def _label_rows(axis: Axes, labels: Sequence[str], above: float) -> None:
    """Labels above what each row holds."""
    axis.set_ylim(len(labels) - 0.5, -0.5)
    axis.grid(False, axis="y")
    axis.set_yticks([])
    for row, label in enumerate(labels):
        axis.text(
            0,
            row - 0.5 + above / 2,
            label,
            transform=axis.get_yaxis_transform(),
            va="center",
            fontsize=FONT - 1,
            linespacing=1.2,
        )
