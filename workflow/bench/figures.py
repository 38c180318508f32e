"""One function per figure: tidy data and words in, a Matplotlib figure out.

No figure reads a file, computes a statistic or knows a word of a language. Every one is drawn in two widths (`WIDE`,
`NARROW`, in CSS pixels); a point of Matplotlib is a pixel of the page. Colours are those of `svg`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

from bench import formats
from bench.svg import BAND, GRID, INK, MARKERS, MUTED, PARTS, SURFACE, VARIANTS

WIDE, NARROW = 860, 340
FONT = 12.0
HEADING = FONT + 1.5
"""Size by which the width of a bold heading is estimated."""
Words = Mapping[str, str]


@contextmanager
def theme() -> Iterator[None]:
    """Seaborn's grid in the colours of the page; text is never read as mathematics."""
    colours = {"text.color": INK, "axes.labelcolor": INK, "xtick.color": MUTED, "ytick.color": MUTED,
               "axes.edgecolor": GRID, "grid.color": GRID, "xtick.labelcolor": MUTED, "ytick.labelcolor": INK}
    sizes = {"font.size": FONT, "axes.labelsize": FONT, "xtick.labelsize": FONT - 1, "ytick.labelsize": FONT,
             "grid.linewidth": 0.8, "axes.linewidth": 0.8, "figure.dpi": 72, "text.parse_math": False,
             "axes.facecolor": "none", "figure.facecolor": "none", "axes.spines.top": False, "axes.spines.right": False}
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
    return text.rstrip() + "…"


def wrap(text: str, width: float, font: float = FONT) -> str:
    """The text on at most two lines, broken after a middle dot or before a dash; a line still too wide is shortened."""
    if text_width(text, font) <= width:
        return text
    places = [match.start() + 1 for match in re.finditer(r" [·—] ", text)
              if text_width(text[:match.start()], font) <= width]
    if not places:
        return shorten(text, width, font)
    return text[:places[-1]].rstrip() + "\n" + shorten(text[places[-1]:].lstrip("· "), width, font)


def ratio_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Ratio torch/jax per row with its 95 % interval; ties grey. Dimensionless, log axis, 1 = equal.

    Columns: panel, label, ratio, low, high (None for one run), verdict, noise_floor (relative, or None), text.
    """
    groups = _groups(data)
    wide = width >= WIDE
    with theme():
        left = min(470.0, 16 + max(text_width(label) for label in data["label"])) if wide else 10.0
        right = 18 + max(text_width(text) for text in data["text"]) if wide else 10.0
        heights = [_rows_height(len(rows), wide, None if wide else 62.0) for _, rows in groups]
        figure, axes = _panels(heights, width, left=left, right=right, top=46, bottom=46, columns=1)
        limits = _ratio_limits(data)
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            axis.set_xscale("log")
            axis.set_xlim(*limits)
            _draw_ratios(axis, rows.reset_index(drop=True))
            _row_labels(axis, list(rows["label"]), wide, list(rows["text"]))
            _plain_log_axis(axis, _ratio_ticks(limits))
            axis.set_xlabel(words["x"])
            _heading(axis, panel if len(groups) > 1 else "", 24)
            for side, name in ((0.0, "left"), (1.0, "right")):
                axis.annotate(words[name], (side, 1), xycoords="axes fraction", xytext=(0, 7), fontsize=FONT - 1,
                              textcoords="offset points", ha=name, va="bottom", color=MUTED)
    return figure


def startup_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Time from the start of the process to the end of the first step, stacked by part. Seconds, linear axis.

    Columns: panel, label, part (import | build | trace | compile | first step), seconds.
    """
    groups = _groups(data)
    wide = width >= WIDE
    parts = [part for part in PARTS if part in set(data["part"])]
    with theme():
        left = 16 + max(text_width(label) for label in data["label"]) if wide else 10.0
        entries = [(words[part], PARTS[part], "bar") for part in parts]
        heights = [_rows_height(rows["label"].nunique(), wide) for _, rows in groups]
        figure, axes = _panels(heights, width, left=left, right=74,
                               top=26 + _heading_room(groups, width), bottom=44, legend=entries)
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            labels = list(dict.fromkeys(rows["label"]))
            wide_table = rows.pivot_table(index="label", columns="part", values="seconds", aggfunc="sum").loc[labels]
            start = np.zeros(len(labels))
            for part in parts:
                if part not in wide_table:
                    continue
                seconds = wide_table[part].fillna(0.0).to_numpy()
                axis.barh(range(len(labels)), seconds, left=start, height=0.5 if wide else 0.34, color=PARTS[part],
                          linewidth=0)
                start = start + seconds
            for row, total in enumerate(start):
                axis.annotate(formats.seconds(total), (total, row), xytext=(5, 0), textcoords="offset points",
                              va="center", fontsize=FONT - 1, color=MUTED)
            axis.set_xlim(0, float(start.max()) or 1.0)
            _row_labels(axis, labels, wide)
            axis.set_xlabel(words["x"])
            axis.xaxis.set_major_formatter(FuncFormatter(_plain))
            axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(6 if wide else 4))
            _heading(axis, panel, 8)
    return figure


def break_even_plot(data: pd.DataFrame, crossings: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Cumulative time against the number of steps: who starts slower and is faster later. Log axes, steps and seconds.

    Columns of data: panel, framework, mode, steps, seconds. Columns of crossings: panel, steps, seconds.
    """
    groups = _groups(data)
    columns = 2 if width >= WIDE and len(groups) > 1 else 1
    with theme():
        figure, axes = _panels([220.0] * len(groups), width, left=80, right=20,
                               top=28 + _heading_room(groups, width, columns), bottom=46, columns=columns,
                               legend=_variant_entries(data))
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            for (framework, mode), curve in rows.groupby(["framework", "mode"], sort=False):
                sns.lineplot(curve, x="steps", y="seconds", ax=axis, color=VARIANTS[framework, mode], linewidth=2,
                             marker=MARKERS[framework, mode], markevery=max(1, len(curve) // 6), markersize=6,
                             markeredgecolor=SURFACE, errorbar=None, legend=False)
            for crossing in crossings[crossings["panel"] == panel].itertuples():
                axis.plot(crossing.steps, crossing.seconds, marker="o", markersize=13, markerfacecolor="none",
                          markeredgecolor=INK, markeredgewidth=1.4)
            axis.set(xscale="log", yscale="log", xlabel=words["x"], ylabel=words["y"])
            _log_ticks(axis.xaxis, _power, few=True)
            _log_ticks(axis.yaxis, _seconds_tick)
            _heading(axis, panel, 10)
    return figure


def distribution_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Every value of every run, one lane per run, over the box of all of them. Seconds per step, log axis.

    Columns: panel, label, framework, mode, run, seconds.
    """
    groups = _groups(data)
    wide = width >= WIDE
    with theme():
        left = 16 + max(text_width(label) for label in data["label"]) if wide else 10.0
        heights = [_rows_height(rows["label"].nunique(), wide, 46 if wide else 58) for _, rows in groups]
        figure, axes = _panels(heights, width, left=left, right=16, bottom=46,
                               top=28 + _heading_room(groups, width))
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            labels = list(dict.fromkeys(rows["label"]))
            axis.set_xscale("log")
            for row, label in enumerate(labels):
                _draw_values(axis, row, rows[rows["label"] == label])
            _row_labels(axis, labels, wide)
            axis.set_xlabel(words["x"])
            _pad_log(axis, rows["seconds"])
            _log_ticks(axis.xaxis, _seconds_tick, few=not wide)
            _heading(axis, panel, 8)
    return figure


def peak_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Rate of floating-point work of every variant against the measured peak of its device. flop/s, log axis.

    Columns: panel, label, framework, mode, flops_per_second, peak (of the panel, or None). Source of the idea: the
    roofline of Williams, Waterman and Patterson, CACM 2009, without its slope, because bytes moved are not counted.
    """
    groups = _groups(data)
    wide = width >= WIDE
    with theme():
        left = min(400.0, 16 + max(text_width(label) for label in data["label"])) if wide else 10.0
        heights = [_rows_height(rows["label"].nunique(), wide) for _, rows in groups]
        figure, axes = _panels(heights, width, left=left, right=42, bottom=46,
                               top=34 + _heading_room(groups, width), legend=_variant_entries(data))
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            labels = list(dict.fromkeys(rows["label"]))
            axis.set_xscale("log")
            _draw_variants(axis, rows, labels, "flops_per_second")
            peak = rows["peak"].dropna()
            _pad_log(axis, pd.concat([rows["flops_per_second"], peak]))
            if len(peak):
                axis.axvline(peak.iloc[0], color=INK, linewidth=1.6, linestyle="--")
                axis.annotate(words["peak"], (peak.iloc[0], 1), xycoords=("data", "axes fraction"), xytext=(4, 4),
                              textcoords="offset points", ha="right", va="bottom", fontsize=FONT - 1)
            _row_labels(axis, labels, wide)
            axis.set_xlabel(words["x"])
            _log_ticks(axis.xaxis, _flops_tick, few=True)
            _heading(axis, panel, 18)
    return figure


def loss_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Loss against the step, all variants over each other; the first drawn is the widest, so that all stay visible.

    Columns: panel, framework, mode, step, loss.
    """
    groups = _groups(data)
    columns = 2 if width >= WIDE and len(groups) > 1 else 1
    with theme():
        figure, axes = _panels([220.0] * len(groups), width, left=80, right=20,
                               top=28 + _heading_room(groups, width, columns), bottom=46, columns=columns,
                               legend=_variant_entries(data))
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            curves = list(rows.groupby(["framework", "mode"], sort=False))
            for order, ((framework, mode), curve) in enumerate(curves):
                every = max(1, len(curve) // 8)
                axis.plot(curve["step"], curve["loss"], color=VARIANTS[framework, mode],
                          linewidth=1.5 + 2.2 * (len(curves) - 1 - order), solid_capstyle="round",
                          marker=MARKERS[framework, mode], markevery=(order * every // len(curves), every),
                          markersize=6 + 1.5 * (len(curves) - 1 - order), markeredgecolor=SURFACE)
            axis.set(xlabel=words["x"], ylabel=words["y"])
            if rows["loss"].min() > 0 and rows["loss"].max() / rows["loss"].min() > 20:
                axis.set_yscale("log")
                _log_ticks(axis.yaxis, _power)
            else:
                axis.yaxis.set_major_formatter(FuncFormatter(_plain))
            axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True))
            _heading(axis, panel, 10)
    return figure


def error_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Largest relative error per row and variant with the tolerance. Dimensionless, log axis; exact results stand left.

    Columns: panel, label, framework, mode, error (0 = exact), tolerance.
    """
    groups = _groups(data)
    wide = width >= WIDE
    floor = _error_floor(data)
    with theme():
        left = min(400.0, 16 + max(text_width(label) for label in data["label"])) if wide else 10.0
        heights = [_rows_height(rows["label"].nunique(), wide) for _, rows in groups]
        figure, axes = _panels(heights, width, left=left, right=42, bottom=46,
                               top=34 + _heading_room(groups, width), legend=_variant_entries(data))
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            labels = list(dict.fromkeys(rows["label"]))
            shown = rows.assign(shown=rows["error"].where(rows["error"] > 0, floor))
            axis.set_xscale("log")
            _draw_variants(axis, shown, labels, "shown")
            tolerance = float(rows["tolerance"].max())
            axis.axvline(tolerance, color=INK, linewidth=1.6, linestyle="--")
            axis.annotate(words["tolerance"], (tolerance, 1), xycoords=("data", "axes fraction"), xytext=(0, 4),
                          textcoords="offset points", ha="right", va="bottom", fontsize=FONT - 1)
            axis.set_xlim(floor / 4, max(tolerance, float(shown["shown"].max())) * 10)
            axis.xaxis.set_major_locator(FixedLocator(_decades(floor, axis.get_xlim()[1], 8 if wide else 4)))
            axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: "0" if value <= floor else _power(value)))
            axis.xaxis.set_minor_locator(NullLocator())
            _row_labels(axis, labels, wide)
            axis.set_xlabel(words["x"])
            _heading(axis, panel if len(groups) > 1 else "", 18)
    return figure


def graph_plot(nodes: pd.DataFrame, edges: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """A recorded graph in layers, inputs above, results below.

    Columns of nodes: id, label, kind (input | operation | output), layer (0 above), position (0–1 within the layer).
    Columns of edges: source, target.
    """
    layers = int(nodes["layer"].max()) + 1
    widest = int(nodes.groupby("layer").size().max())
    room = (width - 16) / widest
    step, box = 66.0, 32.0
    height = layers * step + 8
    with theme():
        figure = Figure(figsize=(width / 72, height / 72))
        axis = figure.add_axes((0, 0, 1, 1))
        axis.set(xlim=(0, width), ylim=(height, 0))
        axis.set_axis_off()
        places = {node.id: (8 + node.position * (width - 16), 8 + box / 2 + node.layer * step)
                  for node in nodes.itertuples()}
        for edge in edges.itertuples():
            start, end = places[edge.source], places[edge.target]
            axis.annotate("", (end[0], end[1] - box / 2), (start[0], start[1] + box / 2), zorder=1,
                          arrowprops={"arrowstyle": "-|>", "color": MUTED, "linewidth": 1.3, "shrinkA": 0,
                                      "shrinkB": 1})
        for node in nodes.itertuples():
            _draw_node(axis, places[node.id], node.label, node.kind, min(room - 10, 250.0), box)
    return figure


def _draw_node(axis: Axes, place: tuple[float, float], label: str, kind: str, room: float, box: float) -> None:
    lines, font = _fitted(label, room - 12)
    wide = min(room, max(text_width(line, font) for line in lines) + 18)
    edge = {"input": VARIANTS["jax", "scan"], "output": VARIANTS["torch", "eager"]}.get(kind, MUTED)
    axis.add_patch(FancyBboxPatch((place[0] - wide / 2, place[1] - box / 2), wide, box, facecolor=SURFACE,
                                  edgecolor=edge, linewidth=1.6 if kind == "operation" else 2.4, zorder=2,
                                  boxstyle=f"round,pad=0,rounding_size={4 if kind == 'operation' else box / 2}"))
    for line, offset in zip(lines, (0.0,) if len(lines) == 1 else (-6.5, 6.5), strict=True):
        axis.text(place[0], place[1] + offset, line, ha="center", va="center_baseline", fontsize=font, color=INK,
                  zorder=3)


def _fitted(label: str, room: float) -> tuple[list[str], float]:
    """The label's lines and their size: name and shape side by side, or below each other, or shortened."""
    name, _, shape = label.partition("  ")
    for lines, font in (([f"{name} {shape}".strip()], FONT), ([name, shape], FONT - 2), ([name, shape], FONT - 3.5)):
        lines = [line for line in lines if line]
        if max(text_width(line, font) for line in lines) <= room:
            return lines, font
    return [shorten(line, room, FONT - 3) for line in (name, shape) if line], FONT - 3


def _draw_ratios(axis: Axes, rows: pd.DataFrame) -> None:
    colours = {"jax faster": VARIANTS["jax", "jit"], "torch faster": VARIANTS["torch", "eager"]}
    marks = {"jax faster": MARKERS["jax", "jit"], "torch faster": MARKERS["torch", "eager"]}
    axis.axvline(1, color=INK, linewidth=1.2)
    for place, row in enumerate(rows.itertuples()):
        if not formats.missing(row.noise_floor):
            axis.add_patch(Rectangle((1 / (1 + row.noise_floor), place - 0.4), 1 + row.noise_floor
                                     - 1 / (1 + row.noise_floor), 0.8, facecolor=BAND, alpha=0.28, linewidth=0))
        colour = colours.get(row.verdict, MUTED)
        if not formats.missing(row.low) and not formats.missing(row.high):
            axis.plot([row.low, row.high], [place, place], color=colour, linewidth=2.4, solid_capstyle="butt")
            axis.plot([row.low, row.high], [place, place], color=colour, marker="|", markersize=9,
                      markeredgewidth=1.6, linestyle="none")
        axis.plot(row.ratio, place, marker=marks.get(row.verdict, "D"), markersize=8, color=colour,
                  markeredgecolor=SURFACE)


def _ratio_limits(data: pd.DataFrame) -> tuple[float, float]:
    values = pd.concat([data["ratio"], data["low"], data["high"], pd.Series([0.8, 1.25])]).dropna().astype(float)
    return float(values.min()) / 1.12, float(values.max()) * 1.12


def _ratio_ticks(limits: tuple[float, float]) -> list[float]:
    candidates = {factor * 10.0**power for power in range(-6, 7) for factor in (1, 2, 5)}
    ticks = sorted(tick for tick in candidates if limits[0] <= tick <= limits[1])
    return ticks if len(ticks) <= 7 else [tick for tick in ticks if f"{tick:e}".startswith("1.0")]


def _draw_values(axis: Axes, row: int, rows: pd.DataFrame) -> None:
    framework, mode = rows["framework"].iloc[0], rows["mode"].iloc[0]
    lines = {"color": MUTED, "linewidth": 1}
    axis.boxplot(rows["seconds"].to_numpy(), positions=[row], orientation="horizontal", widths=0.56, whis=(0, 100),
                 showfliers=False, manage_ticks=False, boxprops=lines, medianprops=lines | {"linewidth": 1.6},
                 whiskerprops=lines, capprops=lines)
    runs = {run: place for place, run in enumerate(sorted(rows["run"].unique()))}
    lane = 0.5 / max(1, len(runs))
    offsets = rows["run"].map(runs).to_numpy() * lane - 0.25 + lane / 2
    # One path of points without length, drawn as round caps: thousands of values stay a small drawing.
    points = np.column_stack([np.repeat(rows["seconds"].to_numpy(), 2), np.repeat(row + offsets, 2)])
    codes = np.tile([Path.MOVETO, Path.LINETO], len(rows))
    path = Path(points, codes)
    path.should_simplify = False  # points without length would be simplified away
    axis.add_patch(PathPatch(path, facecolor="none", edgecolor=VARIANTS[framework, mode],
                             linewidth=5.0 if len(rows) <= 60 else 3.2, capstyle="round", alpha=0.75, zorder=4))


def _draw_variants(axis: Axes, rows: pd.DataFrame, labels: Sequence[str], column: str) -> None:
    places = {label: place for place, label in enumerate(labels)}
    for row in rows.itertuples():
        axis.plot(getattr(row, column), places[row.label], marker=MARKERS[row.framework, row.mode], markersize=8,
                  color=VARIANTS[row.framework, row.mode], markeredgecolor=SURFACE, alpha=0.92)


def _groups(data: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(str(panel), rows) for panel, rows in data.groupby("panel", sort=False)]


def _rows_height(rows: int, wide: bool, height: float | None = None) -> float:
    return 14 + rows * (height or (30.0 if wide else 48.0))


Entry = tuple[str, str, str]
"""A line of a legend: words, colour, marker ("bar" for a filled square)."""


def _variant_entries(data: pd.DataFrame) -> list[Entry]:
    present = set(zip(data["framework"], data["mode"], strict=True))
    return [(f"{framework} {mode}", colour, MARKERS[framework, mode])
            for (framework, mode), colour in VARIANTS.items() if (framework, mode) in present]


def _panels(heights: Sequence[float], width: int, *, left: float, right: float, top: float, bottom: float,
            columns: int = 1, legend: Sequence[Entry] = ()) -> tuple[Figure, list[Axes]]:
    """A figure with one axis per height, placed by pixels, below a legend that wraps."""
    places, below = _legend_places(legend, width)
    rows = [max(heights[start:start + columns]) + top + bottom for start in range(0, len(heights), columns)]
    total = below + sum(rows)
    figure = Figure(figsize=(width / 72, total / 72))
    column = width / columns
    axes = []
    for place, height in enumerate(heights):
        above = below + sum(rows[:place // columns]) + top
        x = (place % columns) * column + left
        axes.append(figure.add_axes((x / width, 1 - (above + height) / total, (column - left - right) / width,
                                     height / total)))
    if legend:
        _draw_legend(figure, places, total, width)
    return figure, axes


def _legend_places(entries: Iterable[Entry], width: int) -> tuple[list[tuple[Entry, float, float]], float]:
    places, x, y = [], 8.0, 12.0
    for entry in entries:
        needed = 22 + text_width(entry[0])
        if x > 8 and x + needed > width:
            x, y = 8.0, y + 20
        places.append((entry, x, y))
        x += needed + 16
    return places, y + 10 if places else 0.0


def _draw_legend(figure: Figure, places: Sequence[tuple[Entry, float, float]], total: float, width: int) -> None:
    axis = figure.add_axes((0, 0, 1, 1), zorder=-1)
    axis.set(xlim=(0, width), ylim=(total, 0))
    axis.set_axis_off()
    for (label, colour, marker), x, y in places:
        axis.plot(x + 6, y, marker="s" if marker == "bar" else marker, color=colour, markersize=9,
                  markeredgecolor=SURFACE, linestyle="none")
        axis.text(x + 17, y, label, va="center_baseline", fontsize=FONT)


def _row_labels(axis: Axes, labels: Sequence[str], wide: bool, values: Sequence[str] | None = None) -> None:
    """Rows from the top; labels (and values) beside the axis when there is room, otherwise above each row."""
    axis.set_ylim(len(labels) - 0.4, -0.6 if wide else -0.75)
    axis.grid(False, axis="y")
    axis.set_ylabel("")
    transform = axis.get_yaxis_transform()
    room = axis.get_position().width * _width(axis)
    if wide:
        limit = axis.get_position().x0 * _width(axis) - 14
        axis.set_yticks(range(len(labels)), [shorten(label, limit) for label in labels])
        for row, value in enumerate(values or ()):
            axis.annotate(value, (1, row), xycoords=transform, xytext=(8, 0), textcoords="offset points", va="center",
                          fontsize=FONT - 1, color=MUTED)
        return
    axis.set_yticks([])
    first, second = (-0.56, -0.32) if values else (-0.36, 0.0)
    axis.set_ylim(len(labels) - 0.5, -0.85 if values else -0.75)
    for row, label in enumerate(labels):
        # the label's end shares the second line with the value, where there is one
        lines = wrap(label, room, FONT - 1) if values else shorten(label, room, FONT - 1)
        name, _, end = lines.partition("\n")
        axis.text(0, row + first, name.rstrip("· "), transform=transform, va="center", fontsize=FONT - 1)
        if values:
            axis.text(0, row + second, f"{end}  {values[row]}".strip(), transform=transform, va="center",
                      fontsize=FONT - 1, color=MUTED)


def _width(axis: Axes) -> float:
    """Width of the axis's figure in pixels."""
    return float(axis.figure.bbox.width)


def _heading(axis: Axes, text: str, above: float) -> None:
    """The panel's heading, from the left edge of its column, on two lines where it needs them."""
    if text:
        width, place = _width(axis), axis.get_position()
        left = 8.0 if place.x0 < 0.5 else width / 2 + 8
        axis.annotate(wrap(text, width * place.x1 - left, HEADING), (0, 1), xycoords="axes fraction", fontsize=FONT + 1,
                      textcoords="offset points", xytext=(left - place.x0 * width, above), fontweight="bold",
                      va="bottom", linespacing=1.3)


def _heading_room(groups: Sequence[tuple[str, Any]], width: float, columns: int = 1) -> float:
    """Pixels to keep free above each panel for the second line of the longest heading."""
    room = width / columns - 26
    return 19.0 if any(text_width(panel, HEADING) > room for panel, _ in groups) else 0.0


def _pad_log(axis: Axes, values: pd.Series) -> None:
    low, high = float(values.min()), float(values.max())
    factor = max(1.08, (high / low) ** 0.05)
    axis.set_xlim(low / factor, high * factor)


def _plain_log_axis(axis: Axes, ticks: Sequence[float]) -> None:
    axis.xaxis.set_major_locator(FixedLocator(list(ticks)))
    axis.xaxis.set_major_formatter(FuncFormatter(_plain))
    axis.xaxis.set_minor_locator(NullLocator())


def _log_ticks(axis: Any, label: Any, few: bool = False) -> None:
    """Ticks at powers of ten; at 1, 2 and 5 where the axis is shorter than two decades."""
    low, high = axis.get_view_interval()
    decades = np.log10(high / low)
    if decades < 2:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if decades > 0.5 else tuple(range(1, 10))))
        if decades < 0.25:
            axis.set_major_locator(FixedLocator(list(_even_ticks(low, high, 3 if few else 5))))
    else:
        axis.set_major_locator(FixedLocator(_decades(low, high, 5 if few else 8)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: label(value)))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def _even_ticks(low: float, high: float, count: int) -> np.ndarray:
    return np.asarray([tick for tick in mpl.ticker.MaxNLocator(count).tick_values(low, high) if low <= tick <= high])


def _decades(low: float, high: float, most: int) -> list[float]:
    first, last = int(np.ceil(np.log10(low) - 1e-9)), int(np.floor(np.log10(high) + 1e-9))
    step = max(1, -(-(last - first + 1) // most))
    ticks = [10.0**power for power in range(last, first - 1, -step)]
    return sorted({low, *ticks} if low < 1e-16 else set(ticks))


def _error_floor(data: pd.DataFrame) -> float:
    """Where an exact result is drawn: a power of ten below the smallest error that is not zero, and below 1e-17."""
    errors = data["error"][data["error"] > 0]
    return 10.0 ** (np.floor(np.log10(min(float(errors.min()) if len(errors) else 1e-16, 1e-16))) - 1)


def _plain(value: float, _: Any = None) -> str:
    return f"{value:,g}" if value < 1e6 else f"{value:g}"


def _power(value: float) -> str:
    exponent = round(np.log10(value)) if value > 0 else 0
    if value <= 0 or abs(value / 10.0**exponent - 1) > 1e-6 or -3 <= exponent <= 4:
        return f"{value:,g}"
    return "10" + str(exponent).translate(formats.SUPERSCRIPTS)


def _seconds_tick(value: float) -> str:
    units = formats.TIME_UNITS
    scale, unit = next((entry for entry in units if value >= entry[0] * 0.999999), units[-1])
    return f"{value / scale:g}{formats.SPACE}{unit}"


def _flops_tick(value: float) -> str:
    units = formats.RATE_UNITS
    scale, prefix = next((entry for entry in units if value >= entry[0] * 0.999999), units[-1])
    return f"{value / scale:g}{formats.SPACE}{prefix}".rstrip()
