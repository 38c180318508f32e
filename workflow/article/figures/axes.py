"""What the figures share: sizes, the theme, panels placed by pixels, legends, headings, labels and intervals."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from article.figures.palette import GRID, INK, MARKERS, MUTED, SURFACE, VARIANTS
from bench.results import intervals

WIDE, NARROW = 860, 340
FONT = 12.0
MARGIN = 8.0
"""Pixels to keep free at the right of a heading."""
HEADING_LINES = 3
HEADING = FONT + 1.5
"""Size by which the width of a bold heading is estimated."""
Words = Mapping[str, str]
Groups = list[tuple[str, pd.DataFrame]]
"""Heading and rows of every panel."""


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


def labels_of(rows: pd.DataFrame) -> list[str]:
    """The labels of a panel's rows, each once."""
    return list(dict.fromkeys(rows["label"]))


def rows_height(rows: int, wide: bool, height: float | None = None) -> float:
    """Height in pixels of a panel with so many rows of labels."""
    return 14 + rows * (height or (30.0 if wide else 48.0))


def label_room(labels: Iterable[str], wide: bool, most: float = 400.0) -> float:
    """Pixels to keep free left of the rows: for the widest label, or few where labels stand above their rows."""
    return min(most, 16 + max(text_width(label) for label in labels)) if wide else 10.0


LINE = 15.0
"""Pixels from one line above a row to the next in a narrow drawing."""
LABEL_LINES = 4
"""The most lines that a label above its row may have together with its value."""
BESIDE = -0.43
"""Where a label of two lines stands above its row in a narrow drawing, in rows from the middle of the mark."""
SHIFT = {True: {"torch": -0.17, "jax": 0.17}, False: {"torch": 0.04, "jax": 0.3}}
"""How far below the middle of its row each framework stands, wide or not: a narrow drawing has the label above."""

Entry = tuple[str, str, str]
"""A line of a legend: words, colour, marker ("bar" for a filled square, "open o" for a hollow circle)."""


def variant_entries(data: pd.DataFrame) -> list[Entry]:
    """Lines of the legend for the variants that the data hold."""
    present = set(zip(data["framework"], data["mode"], strict=True))
    return [
        (f"{framework} {mode}", colour, MARKERS[framework, mode])
        for (framework, mode), colour in VARIANTS.items()
        if (framework, mode) in present
    ]


def panels(
    heights: Sequence[float],
    width: int,
    *,
    left: float,
    right: float,
    top: float,
    bottom: float,
    columns: int = 1,
    legend: Sequence[Entry] = (),
) -> tuple[Figure, list[Axes]]:
    """A figure with one axis per height, placed by pixels, below a legend that wraps."""
    places, below = legend_places(legend, width)
    rows = [max(heights[start : start + columns]) + top + bottom for start in range(0, len(heights), columns)]
    total = below + sum(rows)
    figure = Figure(figsize=(width / 72, total / 72))
    column = width / columns
    axes = []
    for place, height in enumerate(heights):
        above = below + sum(rows[: place // columns]) + top
        x = (place % columns) * column + left
        axes.append(
            figure.add_axes((x / width, 1 - (above + height) / total, (column - left - right) / width, height / total))
        )
    if legend:
        draw_legend(figure, places, total, width)
    return figure, axes


def curve_panels(
    groups: Groups, width: int, legend: Sequence[Entry], height: float = 220.0, top: float = 28.0
) -> tuple[Figure, list[Axes]]:
    """Panels of curves, two beside each other where there is room."""
    columns = 2 if width >= WIDE and len(groups) > 1 else 1
    return panels(
        [height] * len(groups),
        width,
        left=80,
        right=20,
        top=top + heading_room(groups, width, columns),
        bottom=46,
        columns=columns,
        legend=legend,
    )


def row_panels(
    groups: Groups,
    width: int,
    *,
    right: float,
    top: float,
    bottom: float = 46.0,
    height: float | None = None,
    legend: Sequence[Entry] = (),
) -> tuple[Figure, list[Axes]]:
    """Panels of labelled rows below each other; height: of one row, where it is not the usual one."""
    wide = width >= WIDE
    return panels(
        [rows_height(len(labels_of(rows)), wide, height) for _, rows in groups],
        width,
        left=label_room((label for _, rows in groups for label in rows["label"]), wide),
        right=right,
        top=top + heading_room(groups, width),
        bottom=bottom,
        legend=legend,
    )


def legend_places(entries: Iterable[Entry], width: int) -> tuple[list[tuple[Entry, float, float]], float]:
    """Where each line of the legend stands, and how much room all of them take."""
    places, x, y = [], 8.0, 12.0
    for entry in entries:
        needed = 22 + text_width(entry[0])
        if x > 8 and x + needed > width:
            x, y = 8.0, y + 20
        places.append((entry, x, y))
        x += needed + 16
    return places, y + 10 if places else 0.0


def draw_legend(figure: Figure, places: Sequence[tuple[Entry, float, float]], total: float, width: int) -> None:
    """The legend, above everything."""
    axis = figure.add_axes((0, 0, 1, 1), zorder=-1)
    axis.set(xlim=(0, width), ylim=(total, 0))
    axis.set_axis_off()
    for (label, colour, marker), x, y in places:
        hollow = marker.startswith("open ")
        axis.plot(
            x + 6,
            y,
            marker="s" if marker == "bar" else marker.removeprefix("open "),
            linestyle="none",
            color=SURFACE if hollow else colour,
            markersize=8 if hollow else 9,
            markeredgecolor=colour if hollow else SURFACE,
        )
        axis.text(x + 17, y, label, va="center_baseline", fontsize=FONT)


def lines_above(label: str, room: float, value: str) -> list[str]:
    """The lines above a row in a narrow drawing: its label, whose end shares the last line with the value if it can."""
    first, *rest = wrap(label, room, FONT - 1, LABEL_LINES - 1).split("\n")
    last = f"{rest[-1]}  {value}" if rest else value
    if text_width(last, FONT - 1) <= room:
        return [first, *rest[:-1], last]
    return [first, *rest, value]


def height_above(labels: Iterable[str], width: float, values: Iterable[str]) -> float:
    """Height in pixels of a row with its lines above it, in a drawing so wide with the usual margins."""
    room = width - 2 * label_room((), wide=False)
    most = max((len(lines_above(*each)) for each in zip(labels, itertools.repeat(room), values)), default=2)
    return 62.0 + LINE * (most - 2)


def row_labels(axis: Axes, labels: Sequence[str], wide: bool, values: Sequence[str] | None = None) -> None:
    """Rows from the top; labels (and values) beside the axis when there is room, otherwise above each row."""
    axis.set_ylim(len(labels) - 0.4, -0.6 if wide else -0.75)
    axis.grid(False, axis="y")
    axis.set_ylabel("")
    transform = axis.get_yaxis_transform()
    room = axis.get_position().width * figure_width(axis)
    if wide:
        limit = axis.get_position().x0 * figure_width(axis) - 14
        axis.set_yticks(range(len(labels)), [wrap(label, limit) for label in labels])
        for row, value in enumerate(values or ()):
            axis.annotate(
                value,
                (1, row),
                xycoords=transform,
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                fontsize=FONT - 1,
                color=MUTED,
            )
        return
    axis.set_yticks([])
    if not values:
        axis.set_ylim(len(labels) - 0.5, -0.75)
        for row, label in enumerate(labels):
            lines = wrap(label, room, FONT - 1)
            place, font = (-0.36, FONT - 1) if "\n" not in lines else (BESIDE, FONT - 2)
            axis.text(0, row + place, lines, transform=transform, va="center", fontsize=font, linespacing=1.1)
        return
    axis.set_ylim(len(labels) - 0.5, -0.85)
    height = height_above(labels, figure_width(axis), values)
    for row, (label, value) in enumerate(zip(labels, values, strict=True)):
        above = lines_above(label, room, value)
        for place, line in enumerate(reversed(above)):
            axis.text(
                0,
                row - (20 + LINE * place) / height,
                line,
                transform=transform,
                va="center",
                fontsize=FONT - 1,
                color=INK if place == len(above) - 1 else MUTED,
            )


def figure_width(axis: Axes) -> float:
    """Width of the axis's figure in pixels."""
    return float(axis.figure.bbox.width)


def heading(axis: Axes, text: str, above: float) -> None:
    """The panel's heading, from the left edge of its column, on two lines where it needs them."""
    if text:
        width, place = figure_width(axis), axis.get_position()
        left, right = 8.0 if place.x0 < 0.5 else width / 2 + 8, width / 2 if place.x1 <= 0.5 else width
        axis.annotate(
            wrap(text, right - left - MARGIN, HEADING, HEADING_LINES),
            (0, 1),
            xycoords="axes fraction",
            fontsize=FONT + 1,
            textcoords="offset points",
            xytext=(left - place.x0 * width, above),
            fontweight="bold",
            va="bottom",
            linespacing=1.3,
        )


def heading_room(groups: Sequence[tuple[str, Any]], width: float, columns: int = 1) -> float:
    """Pixels to keep free above each panel for what the longest heading has beyond its first line."""
    room = width / columns - 8.0 - MARGIN
    return 19.0 * max((wrap(panel, room, HEADING, HEADING_LINES).count("\n") for panel, _ in groups), default=0)


def draw_interval(
    axis: Axes, row: Any, y: float, colour: str, *, linewidth: float, cap: float, cap_width: float
) -> None:
    """The interval from a row's `low` to its `high` with a cap at either end; nothing where it is not known."""
    if intervals.missing(row.low) or intervals.missing(row.high):
        return
    ends, height = [row.low, row.high], [y, y]
    axis.plot(ends, height, color=colour, linewidth=linewidth, solid_capstyle="butt")
    axis.plot(ends, height, color=colour, marker="|", markersize=cap, markeredgewidth=cap_width, linestyle="none")


def reference_line(axis: Axes, place: float, name: str, side: str = "right") -> None:
    """A dashed line with its name above it, which reaches to the side named."""
    axis.axvline(place, color=INK, linewidth=1.4, linestyle="--")
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
