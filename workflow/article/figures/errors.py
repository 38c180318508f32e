"""Errors of derivatives on a logarithmic axis, by framework and precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from article.figures.axes import (
    SHIFT,
    TWO_IN_A_ROW,
    Drawing,
    Words,
    labels_of,
    mark_spans,
    reference_line,
    row_groups,
    row_labels,
    row_panel,
    theme,
)
from article.figures.palette import MARKERS, STANDS_FOR, SURFACE, VARIANTS
from article.figures.ticks import power_tick, powers_of_ten

EPSILON = {"float64": float(np.finfo(np.float64).eps), "float32": float(np.finfo(np.float32).eps)}
EXACT = 1e-18
"""Where an error of zero is drawn."""


def accuracy_plot(data: pd.DataFrame, words: Words) -> Drawing:
    """Largest relative error per row, framework and precision. Dimensionless, log axis; exact results stand left.

    Columns: panel, label, framework, precision (float64 is filled, any other hollow), error (0 = exact).
    """
    groups = row_groups(data)
    present = list(dict.fromkeys(zip(data["framework"], data["precision"], strict=True)))
    entries = [
        (
            f"{words[framework]} {precision}",
            VARIANTS[STANDS_FOR[framework]],
            ("" if precision == "float64" else "open ") + MARKERS[STANDS_FOR[framework]],
        )
        for framework, precision in sorted(present, key=lambda entry: (entry[0] != "torch", entry[1] < "f6"))
    ]
    with theme():
        axes = [
            row_panel(rows, heading, height=TWO_IN_A_ROW, right=14, top=48 if heading else 34, above=18)
            for heading, rows in groups
        ]
        for axis, (_, rows) in zip(axes, groups, strict=True):
            labels = labels_of(rows)
            axis.set_xscale("log")
            axis.set_xlim(EXACT / 3, max(1e-5, float(data["error"].max())) * 10)
            for precision in [name for name in EPSILON if name in set(data["precision"])]:
                name = words["epsilon"].format(precision=precision)
                reference_line(axis, EPSILON[precision], name, mark_spans(len(labels), TWO_IN_A_ROW), "left")
            for row in rows.itertuples():
                _error(axis, row, labels.index(row.label) + SHIFT.get(row.framework, 0.0))
            axis.xaxis.set_major_locator(FixedLocator(powers_of_ten(EXACT, axis.get_xlim()[1], 5)))
            axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: "0" if value <= EXACT else power_tick(value)))
            axis.xaxis.set_minor_locator(NullLocator())
            row_labels(axis, labels)
            axis.set_xlabel(words["x"])
    return Drawing(axes, entries)


def _error(axis: Axes, row: Any, y: float) -> None:
    variant = STANDS_FOR[row.framework]
    filled = row.precision == "float64"
    axis.plot(
        max(row.error, EXACT),
        y,
        marker=MARKERS[variant],
        markersize=7.5,
        linestyle="none",
        markerfacecolor=VARIANTS[variant] if filled else SURFACE,
        markeredgewidth=1.4,
        markeredgecolor=SURFACE if filled else VARIANTS[variant],
        clip_on=False,
    )
