"""A recorded graph in layers."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from article.figures.axes import FONT, WIDTH, Drawing, Words, shorten, text_width, theme
from article.figures.palette import INK, MUTED, SURFACE, VARIANTS


def graph_plot(nodes: pd.DataFrame, edges: pd.DataFrame, words: Words) -> Drawing:
    """A recorded graph in layers, inputs above, results below.

    Columns of nodes: id, label, kind (input | operation | output), layer (0 above), position (0–1 within the layer).
    Columns of edges: source, target.
    """
    layers = int(nodes["layer"].max()) + 1
    widest = int(nodes.groupby("layer").size().max())
    room = (WIDTH - 16) / widest
    step, box = 66.0, 32.0
    height = layers * step + 8
    with theme():
        figure = Figure(figsize=(WIDTH / 72, height / 72))
        axis = figure.add_axes((0, 0, 1, 1))
        axis.set(xlim=(0, WIDTH), ylim=(height, 0))
        axis.set_axis_off()
        places = {
            node.id: (8 + node.position * (WIDTH - 16), 8 + box / 2 + node.layer * step) for node in nodes.itertuples()
        }
        for edge in edges.itertuples():
            start, end = places[edge.source], places[edge.target]
            axis.annotate(
                "",
                (end[0], end[1] - box / 2),
                (start[0], start[1] + box / 2),
                zorder=1,
                arrowprops={"arrowstyle": "-|>", "color": MUTED, "linewidth": 1.3, "shrinkA": 0, "shrinkB": 1},
            )
        for node in nodes.itertuples():
            _draw_node(axis, places[node.id], node.label, node.kind, min(room - 10, 250.0), box)
    return Drawing([axis])


def _draw_node(axis: Axes, place: tuple[float, float], label: str, kind: str, room: float, box: float) -> None:
    lines, font = _fitted(label, room - 12)
    wide = min(room, max(text_width(line, font) for line in lines) + 18)
    edge = {"input": VARIANTS["jax", "scan"], "output": VARIANTS["torch", "eager"]}.get(kind, MUTED)
    axis.add_patch(
        FancyBboxPatch(
            (place[0] - wide / 2, place[1] - box / 2),
            wide,
            box,
            facecolor=SURFACE,
            edgecolor=edge,
            linewidth=1.6 if kind == "operation" else 2.4,
            zorder=2,
            boxstyle=f"round,pad=0,rounding_size={4 if kind == 'operation' else box / 2}",
        )
    )
    for line, offset in zip(lines, (0.0,) if len(lines) == 1 else (-6.5, 6.5), strict=True):
        axis.text(
            place[0], place[1] + offset, line, ha="center", va="center_baseline", fontsize=font, color=INK, zorder=3
        )


def _fitted(label: str, room: float) -> tuple[list[str], float]:
    """The label's lines and their size: name and shape side by side, or below each other, or shortened."""
    name, _, shape = label.partition("  ")
    for lines, font in (([f"{name} {shape}".strip()], FONT), ([name, shape], FONT - 2), ([name, shape], FONT - 3.5)):
        lines = [line for line in lines if line]
        if max(text_width(line, font) for line in lines) <= room:
            return lines, font
    return [shorten(line, room, FONT - 3) for line in (name, shape) if line], FONT - 3
