"""One function per figure: tidy data and words in, a Matplotlib figure out.

No figure reads a file, computes a statistic or knows a word of a language. Every one is drawn in two widths (`WIDE`,
`NARROW`, in CSS pixels); a point of Matplotlib is a pixel of the page. Colours are those of `svg`.
"""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from bench import formats
from bench.drawing import (
    FONT,
    Words,
    bytes_tick,
    flops_tick,
    heading,
    heading_room,
    log_ticks,
    pad_log,
    panel_groups,
    panels,
    percent_tick,
    plain_log_axis,
    plain_tick,
    power_tick,
    row_labels,
    rows_height,
    seconds_tick,
    shorten,
    text_width,
    theme,
    variant_entries,
)
from bench.drawing import NARROW as NARROW
from bench.drawing import WIDE as WIDE
from bench.svg import BAND, INK, MARKERS, MUTED, PARTS, SURFACE, VARIANTS


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
                axis.annotate(words[name], (side, 1), xycoords="axes fraction", xytext=(0, 7), fontsize=FONT - 1,
                              textcoords="offset points", ha=name, va="bottom", color=MUTED)
    return figure


def startup_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Time from the start of the process to the end of the first step, stacked by part. Seconds, linear axis.

    Columns: panel, label, part (import | build | trace | compile | first step), seconds.
    """
    groups = panel_groups(data)
    wide = width >= WIDE
    parts = [part for part in PARTS if part in set(data["part"])]
    with theme():
        left = 16 + max(text_width(label) for label in data["label"]) if wide else 10.0
        entries = [(words[part], PARTS[part], "bar") for part in parts]
        heights = [rows_height(rows["label"].nunique(), wide) for _, rows in groups]
        figure, axes = panels(heights, width, left=left, right=74,
                               top=26 + heading_room(groups, width), bottom=44, legend=entries)
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
            row_labels(axis, labels, wide)
            axis.set_xlabel(words["x"])
            axis.xaxis.set_major_formatter(FuncFormatter(plain_tick))
            axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(6 if wide else 4))
            heading(axis, panel, 8)
    return figure


def break_even_plot(data: pd.DataFrame, crossings: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Cumulative time against the number of steps: who starts slower and is faster later. Log axes, steps and seconds.

    Columns of data: panel, framework, mode, steps, seconds. Columns of crossings: panel, steps, seconds.
    """
    groups = panel_groups(data)
    columns = 2 if width >= WIDE and len(groups) > 1 else 1
    with theme():
        figure, axes = panels([220.0] * len(groups), width, left=80, right=20,
                               top=28 + heading_room(groups, width, columns), bottom=46, columns=columns,
                               legend=variant_entries(data))
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            for (framework, mode), curve in rows.groupby(["framework", "mode"], sort=False):
                sns.lineplot(curve, x="steps", y="seconds", ax=axis, color=VARIANTS[framework, mode], linewidth=2,
                             marker=MARKERS[framework, mode], markevery=max(1, len(curve) // 6), markersize=6,
                             markeredgecolor=SURFACE, errorbar=None, legend=False)
            for crossing in crossings[crossings["panel"] == panel].itertuples():
                axis.plot(crossing.steps, crossing.seconds, marker="o", markersize=13, markerfacecolor="none",
                          markeredgecolor=INK, markeredgewidth=1.4)
            axis.set(xscale="log", yscale="log", xlabel=words["x"], ylabel=words["y"])
            log_ticks(axis.xaxis, power_tick, few=True)
            log_ticks(axis.yaxis, seconds_tick)
            heading(axis, panel, 10)
    return figure


def distribution_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Every value of every run, one lane per run, over the box of all of them. Seconds per step, log axis.

    Columns: panel, label, framework, mode, run, seconds.
    """
    groups = panel_groups(data)
    wide = width >= WIDE
    with theme():
        left = 16 + max(text_width(label) for label in data["label"]) if wide else 10.0
        heights = [rows_height(rows["label"].nunique(), wide, 46 if wide else 58) for _, rows in groups]
        figure, axes = panels(heights, width, left=left, right=16, bottom=46,
                               top=28 + heading_room(groups, width))
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            labels = list(dict.fromkeys(rows["label"]))
            axis.set_xscale("log")
            for row, label in enumerate(labels):
                _draw_values(axis, row, rows[rows["label"] == label])
            row_labels(axis, labels, wide)
            axis.set_xlabel(words["x"])
            pad_log(axis, rows["seconds"])
            log_ticks(axis.xaxis, seconds_tick, few=not wide)
            heading(axis, panel, 8)
    return figure


def peak_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Rate of floating-point work of every variant against the measured peak of its device. flop/s, log axis.

    Columns: panel, label, framework, mode, flops_per_second, peak (of the panel, or None). Source of the idea: the
    roofline of Williams, Waterman and Patterson, CACM 2009, without its slope, because bytes moved are not counted.
    """
    groups = panel_groups(data)
    wide = width >= WIDE
    with theme():
        left = min(400.0, 16 + max(text_width(label) for label in data["label"])) if wide else 10.0
        heights = [rows_height(rows["label"].nunique(), wide) for _, rows in groups]
        figure, axes = panels(heights, width, left=left, right=42, bottom=46,
                               top=34 + heading_room(groups, width), legend=variant_entries(data))
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            labels = list(dict.fromkeys(rows["label"]))
            axis.set_xscale("log")
            _draw_variants(axis, rows, labels, "flops_per_second")
            peak = rows["peak"].dropna()
            pad_log(axis, pd.concat([rows["flops_per_second"], peak]))
            if len(peak):
                axis.axvline(peak.iloc[0], color=INK, linewidth=1.6, linestyle="--")
                axis.annotate(words["peak"], (peak.iloc[0], 1), xycoords=("data", "axes fraction"), xytext=(4, 4),
                              textcoords="offset points", ha="right", va="bottom", fontsize=FONT - 1)
            row_labels(axis, labels, wide)
            axis.set_xlabel(words["x"])
            log_ticks(axis.xaxis, flops_tick, few=True)
            heading(axis, panel, 18)
    return figure


def loss_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Loss against the step, all variants over each other; the first drawn is the widest, so that all stay visible.

    Columns: panel, framework, mode, step, loss.
    """
    groups = panel_groups(data)
    columns = 2 if width >= WIDE and len(groups) > 1 else 1
    with theme():
        figure, axes = panels([220.0] * len(groups), width, left=80, right=20,
                               top=28 + heading_room(groups, width, columns), bottom=46, columns=columns,
                               legend=variant_entries(data))
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
                log_ticks(axis.yaxis, power_tick)
            else:
                axis.yaxis.set_major_formatter(FuncFormatter(plain_tick))
            axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True))
            heading(axis, panel, 10)
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
    if limits[1] / limits[0] < 4:  # too short for a 1-2-5 series
        return [tick for tick in (0.3, 0.5, 0.6, 0.7, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)
                if limits[0] <= tick <= limits[1]]
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


MOST_INTERVAL = 1.25
"""How far an interval is drawn, in units of the panel's longest bar; the table has the whole of it."""


def throughput_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """Throughput of every variant as bars from zero, the tasks of a problem side by side. Items per second, linear.

    Columns: panel, problem (panels of one problem stand in one row), label, framework, mode, unit, value, low, high
    (None for one run), text.
    """
    rows = [[(panel, part) for panel, part in panel_groups(own)] for _, own in data.groupby("problem", sort=False)]
    wide = width >= WIDE
    columns = max(len(row) for row in rows) if wide else 1
    places = [place for row in rows for place in [*row, *[None] * (-len(row) % columns)]]
    with theme():
        left = 16 + max(text_width(label) for label in data["label"]) if wide else 10.0
        right = 14 + max(text_width(text) for text in data["text"])
        heights = [rows_height(len(place[1]), wide) if place else 0.0 for place in places]
        figure, axes = panels(heights, width, left=left, right=right, bottom=38, columns=columns,
                              top=28 + heading_room([place for place in places if place], width, columns))
        for axis, place in zip(axes, places, strict=True):
            if place:
                _draw_bars(axis, place[1].reset_index(drop=True), wide)
                axis.set_xlabel(words["x"].format(unit=place[1]["unit"].iloc[0]))
                heading(axis, place[0], 4)
            else:
                axis.set_axis_off()
    return figure


def _draw_bars(axis: Axes, rows: pd.DataFrame, wide: bool) -> None:
    longest = float(rows["value"].max())
    highest = rows["high"].astype(float).max()
    limit = min(max(longest, float(highest)), MOST_INTERVAL * longest) if np.isfinite(highest) else longest
    axis.set_xlim(0, limit)
    axis.set_xticks([])
    for place, row in enumerate(rows.itertuples()):
        bounded = not formats.missing(row.low) and not formats.missing(row.high)
        end = min(row.high, limit) if bounded else row.value
        axis.barh(place, row.value, height=0.6 if wide else 0.36, color=VARIANTS[row.framework, row.mode], linewidth=0)
        if bounded:
            axis.plot([row.low, end], [place, place], color=INK, linewidth=1.4, solid_capstyle="butt", clip_on=False)
        best = row.value == rows["value"].max()
        axis.annotate(row.text, (max(row.value, end), place), xytext=(5, 0), textcoords="offset points", va="center",
                      fontsize=FONT - 1, color=INK if best else MUTED, fontweight="bold" if best else "normal",
                      annotation_clip=False)
    row_labels(axis, list(rows["label"]), wide)


def target_plot(data: pd.DataFrame, words: Words, width: int = WIDE) -> Figure:
    """The score on its way to the target, one line per variant and seed: over the steps, and over the seconds (log).

    Columns: panel, framework, mode, seed, step, seconds, score, target, quantity (what the score is called).
    """
    groups = panel_groups(data)
    columns = 2 if width >= WIDE else 1
    with theme():
        figure, axes = panels([210.0] * (2 * len(groups)), width, left=70, right=20, bottom=46, columns=columns,
                              top=36 + heading_room(groups, width, columns), legend=variant_entries(data))
        for place, (panel, rows) in enumerate(groups):
            pair = axes[2 * place:2 * place + 2]
            for axis, x in zip(pair, ("step", "seconds"), strict=True):
                _draw_courses(axis, rows[rows[x] > 0] if x == "seconds" else rows, x)
                axis.axhline(rows["target"].iloc[0], color=INK, linewidth=1.6, linestyle="--")
                axis.set(xlabel=words[x], ylabel=rows["quantity"].iloc[0] if columns == 1 or x == "step" else "")
                axis.yaxis.set_major_formatter(FuncFormatter(plain_tick))
                if x == "step":
                    axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True))
                else:
                    log_ticks(axis.xaxis, seconds_tick, few=True)
                heading(axis, panel if x == "step" else "", 10)
            pair[1].set_ylim(pair[0].get_ylim())
    return figure


def _draw_courses(axis: Axes, rows: pd.DataFrame, x: str) -> None:
    """One line per variant and seed, the first variant the widest; a mark where each has ended."""
    variants = list(rows.groupby(["framework", "mode"], sort=False))
    for order, ((framework, mode), own) in enumerate(variants):
        for _, course in own.groupby("seed", sort=False):
            axis.plot(course[x], course["score"], color=VARIANTS[framework, mode], alpha=0.75,
                      linewidth=1.2 + 0.9 * (len(variants) - 1 - order), solid_capstyle="round")
            axis.plot(course[x].iloc[-1], course["score"].iloc[-1], color=VARIANTS[framework, mode],
                      marker=MARKERS[framework, mode], markersize=7, markeredgecolor=SURFACE, clip_on=False)
    if x == "seconds":
        axis.set_xscale("log")
        pad_log(axis, rows[x])


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
        figure, axes = panels([190.0] * len(groups), width, left=80, right=20, top=30, bottom=46, columns=columns,
                              legend=variant_entries(data))
        for axis, (panel, rows) in zip(axes, groups, strict=True):
            scale = "linear" if rows["linear"].any() else "log"
            axis.set(xscale=scale, yscale="log", xlabel=words[f"x {scale}"].format(axis=rows["axis"].iloc[0]))
            for (framework, mode), curve in rows.groupby(["framework", "mode"], sort=False):
                axis.plot(curve["point"], curve["value"], color=VARIANTS[framework, mode], linewidth=2,
                          marker=MARKERS[framework, mode], markersize=7, markeredgecolor=SURFACE)
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
