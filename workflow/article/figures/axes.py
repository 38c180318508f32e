"""What the figures share: sizes, the theme, panels, legends, headings, labels and intervals.

A panel is as wide as a phone. A page sets the panels of a figure below each other there and in two columns where there
is room, so that one drawing serves both, and paper.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from article.figures.palette import GRID, INK, MARKERS, MUTED, VARIANTS
from bench.results import intervals

WIDTH = 340
"""Pixels across a panel."""
FONT = 12.0
SIDE = 10.0
"""Pixels to keep free beside rows."""
MARGIN = 8.0
"""Pixels to keep free beside a heading."""
HEADING_LINES = 3
HEADING = FONT + 1.5
"""Size by which the width of a bold heading is estimated."""
LINE = 15.0
"""Pixels from one line above a row to the next."""
TWO_IN_A_ROW = 58.0
"""Pixels from row to row where each holds the marks of both frameworks, one below the other."""
LABEL_LINES = 4
"""The most lines that a label above its row may have together with its value."""
BESIDE = -0.43
"""Where a label of two lines stands above its row, in rows from the middle of the mark."""
SHIFT = {"torch": 0.04, "jax": 0.3}
"""How far below the middle of its row each framework stands, because the label is above."""
MARKS = (-11.0, 19.0)
"""Pixels from the middle of a row between which its marks are: below what is written above it, above the next."""
MOST_ROWS = 10
"""Rows of one panel; more of them are shared out to several."""
Words = Mapping[str, str]
Groups = list[tuple[str, pd.DataFrame]]
"""Heading and rows of every panel."""
Spans = Sequence[tuple[float, float]]
"""Of every row of a panel, from where to where its marks are, in rows."""


@contextmanager
def theme() -> Iterator[None]:
    """Seaborn's grid in the colours of the page; text is never read as mathematics."""
    colours = {
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "axes.edgecolor": GRID,
        "grid.color": GRID,
        "xtick.labelcolor": MUTED,
        "ytick.labelcolor": INK,
    }
    sizes = {
        "font.size": FONT,
        "axes.labelsize": FONT,
        "xtick.labelsize": FONT - 1,
        "ytick.labelsize": FONT,
        "grid.linewidth": 0.8,
        "axes.linewidth": 0.8,
        "figure.dpi": 72,
        "text.parse_math": False,
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with mpl.rc_context(sns.axes_style("whitegrid", rc=colours) | sizes | colours):
        yield


def text_width(text: str, font: float = FONT) -> float:
    """Width in pixels, estimated the same on every machine: a Chinese character is one em, a Latin one 0.58."""
    return sum(font if ord(character) > 0x2E80 else font * 0.58 for character in text)


def shorten(text: str, width: float, font: float = FONT) -> str:
    """The text, its end replaced by … where it is wider than `width` pixels."""
    if text_width(text, font) <= width:
        return text
    while text and text_width(text + "…", font) > width:
        text = text[:-1]
    return text.rstrip("· ") + "…"


def wrap(text: str, width: float, font: float = FONT, lines: int = 2) -> str:
    """The text on so many lines at most, broken at a middle dot or before a dash, and between words where that does not
    do; what is still too wide is shortened.
    """
    if lines == 1 or text_width(text, font) <= width:
        return shorten(text, width, font)
    for pattern, room in ((r" [·—] ", width * (lines - 1)), (r" ", math.inf)):
        places = [match.start() for match in re.finditer(pattern, text)]
        fitting = [place for place in places if text_width(text[:place], font) <= width]
        if fitting and text_width(rest := text[fitting[-1] :].lstrip("· "), font) <= room:
            return text[: fitting[-1]].rstrip("· ") + "\n" + wrap(rest, width, font, lines - 1)
    return shorten(text, width, font)


def panel_groups(data: pd.DataFrame) -> Groups:
    """The rows of every panel, in the order in which the panels come."""
    return [(str(panel), rows) for panel, rows in data.groupby("panel", sort=False)]


def row_groups(data: pd.DataFrame) -> Groups:
    """Heading and rows of every panel; what has many labels is an even number of panels of about as many, all with its
    heading. It names what tells panels apart: the column `panel`, and `group` where the data have it.
    """
    columns = [column for column in ("panel", "group") if column in data.columns]
    named = [column for column in columns if data[column].nunique() > 1]
    return [
        (" · ".join(str(rows[column].iloc[0]) for column in named), part)
        for _, rows in (data.groupby(columns, sort=False) if columns else [("", data)])
        for part in in_parts(rows)
    ]


def in_parts(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Rows in parts of at most `MOST_ROWS` labels, in their order: one part or an even number."""
    labels = labels_of(rows)
    parts = 1 if len(labels) <= MOST_ROWS else 2 * math.ceil(len(labels) / (2 * MOST_ROWS))
    size = math.ceil(len(labels) / parts)
    return [rows[rows["label"].isin(labels[start : start + size])] for start in range(0, len(labels), size)]


def labels_of(rows: pd.DataFrame) -> list[str]:
    """The labels of a panel's rows, each once."""
    return list(dict.fromkeys(rows["label"]))


Entry = tuple[str, str, str]
"""A line of a legend: words, colour, marker ("bar" for a filled square, "stroke" for a short thick line, "open o" for a
hollow circle).
"""


@dataclass(frozen=True)
class Drawing:
    """A figure: panels of one width, which a page sets below or beside each other, and what their marks stand for."""

    axes: Sequence[Axes]
    """Each on a Matplotlib figure of its own."""
    legend: Sequence[Entry] = ()


def variant_entries(data: pd.DataFrame) -> list[Entry]:
    """Lines of the legend for the variants that the data hold."""
    present = set(zip(data["framework"], data["mode"], strict=True))
    return [
        (f"{framework} {mode}", colour, MARKERS[framework, mode])
        for (framework, mode), colour in VARIANTS.items()
        if (framework, mode) in present
    ]


def panel(
    height: float,
    title: str = "",
    *,
    top: float,
    bottom: float = 46.0,
    left: float = SIDE,
    right: float = SIDE,
    above: float = 8.0,
) -> Axes:
    """An axis so many pixels high, with room around it and its heading so far above it, on as many lines as needed."""
    heading = wrap(title, WIDTH - 2 * MARGIN, HEADING, HEADING_LINES)
    top += 19.0 * heading.count("\n")
    total = top + height + bottom
    figure = Figure(figsize=(WIDTH / 72, total / 72))
    axis = figure.add_axes((left / WIDTH, bottom / total, (WIDTH - left - right) / WIDTH, height / total))
    if heading:
        axis.annotate(
            heading,
            (0, 1),
            xycoords="axes fraction",
            fontsize=FONT + 1,
            textcoords="offset points",
            xytext=(MARGIN - left, above),
            fontweight="bold",
            va="bottom",
            linespacing=1.3,
        )
    return axis


def curve_panel(title: str, height: float = 220.0, top: float = 28.0, above: float = 10.0) -> Axes:
    """A panel of curves."""
    return panel(height, title, left=80, right=20, top=top, above=above)


def row_panel(rows: pd.DataFrame, title: str, *, height: float = 48.0, **room: float) -> Axes:
    """A panel of labelled rows; height: of one row, in pixels; room: what `panel` takes."""
    return panel(14 + height * len(labels_of(rows)), title, **room)


def lines_above(label: str, room: float, value: str) -> list[str]:
    """The lines above a row: its label, whose end shares the last line with the value if it can."""
    first, *rest = wrap(label, room, FONT - 1, LABEL_LINES - 1).split("\n")
    last = f"{rest[-1]}  {value}" if rest else value
    if text_width(last, FONT - 1) <= room:
        return [first, *rest[:-1], last]
    return [first, *rest, value]


def height_above(labels: Iterable[str], values: Iterable[str], width: float = WIDTH) -> float:
    """Height in pixels of a row with its lines above it, in a drawing so wide with the usual margins."""
    rows = zip(labels, values, strict=True)
    most = max((len(lines_above(label, width - 2 * SIDE, value)) for label, value in rows), default=2)
    return 62.0 + LINE * (most - 2)


def row_labels(axis: Axes, labels: Sequence[str], values: Sequence[str] = ()) -> None:
    """Rows from the top, each below its label, and the value of each, if it has one, at the end of that."""
    axis.grid(False, axis="y")
    axis.set(ylabel="", yticks=[], ylim=(len(labels) - 0.5, -0.85 if values else -0.75))
    room = axis.get_position().width * WIDTH
    if values:
        height = height_above(labels, values)
        for row, (label, value) in enumerate(zip(labels, values, strict=True)):
            above = lines_above(label, room, value)
            for place, line in enumerate(reversed(above)):
                colour = INK if place == len(above) - 1 else MUTED
                _label(axis, row - (20 + LINE * place) / height, line, fontsize=FONT - 1, color=colour)
        return
    for row, label in enumerate(labels):
        lines = wrap(label, room, FONT - 1)
        beside, font = (-0.36, FONT - 1) if "\n" not in lines else (BESIDE, FONT - 2)
        _label(axis, row + beside, lines, fontsize=font, linespacing=1.1)


def _label(axis: Axes, place: float, text: str, **style: Any) -> None:
    axis.text(0, place, text, transform=axis.get_yaxis_transform(), va="center", **style)


def draw_interval(
    axis: Axes, row: Any, y: float, colour: str, *, linewidth: float, cap: float, cap_width: float
) -> None:
    """The interval from a row's `low` to its `high` with a cap at either end; nothing where it is not known."""
    if intervals.missing(row.low) or intervals.missing(row.high):
        return
    ends, height = [row.low, row.high], [y, y]
    axis.plot(ends, height, color=colour, linewidth=linewidth, solid_capstyle="butt")
    axis.plot(ends, height, color=colour, marker="|", markersize=cap, markeredgewidth=cap_width, linestyle="none")


def ring(axis: Axes, x: float, y: float) -> None:
    """A ring around the point where two curves cross."""
    axis.plot(x, y, marker="o", markersize=13, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=1.4)


def mark_spans(count: int, height: float) -> Spans:
    """Where the marks of so many rows are; height: of one row, in pixels."""
    return [(row + MARKS[0] / height, row + MARKS[1] / height) for row in range(count)]


def upright(axis: Axes, place: float, spans: Spans, **style: Any) -> None:
    """An upright line that leaves out what is written above the rows: one path in pieces."""
    heights = [height for span in spans for height in (*span, np.nan)]
    axis.plot([place] * len(heights), heights, solid_capstyle="butt", **style)


def reference_line(axis: Axes, place: float, name: str, spans: Spans, side: str = "right") -> None:
    """A dashed line along the marks of the rows, with its name above the panel, which reaches to the side named."""
    upright(axis, place, spans, color=INK, linewidth=1.4, linestyle="--")
    axis.annotate(
        name,
        (place, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 4),
        textcoords="offset points",
        ha=side,
        va="bottom",
        fontsize=FONT - 1,
        color=MUTED,
    )
