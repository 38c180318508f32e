"""What each variant does per second, in the unit of its field: the figure and its rows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from article import numbers
from article.html import Html
from article.names import Names, named_by
from article.parts.cells import times_of_all
from article.parts.comparisons import tally_of
from article.rows import of_first_machine
from article.section import Section
from bench.results import intervals
from bench.vocabulary import SIZES

MOST_PANELS = 8
"""Panels of one figure: four workloads, training and inference."""


def throughput_figure(section: Section, cells: pd.DataFrame, identity: str, scenario: str) -> Html:
    """Throughput of every variant on the first machine that has results; the table holds those of all machines."""
    from article.figures.throughput import throughput_plot

    data = throughputs(of_first_machine(cells), section.names)
    if not len(data):
        return times_of_all(section, field=identity)
    per_second = section.words["per second"]
    sizes = of_first_machine(cells)["size"].unique()
    texts = [
        section.names.point(f"{row.text}{numbers.SPACE}{per_second.format(item=row.unit)}", row.panel, row.label)
        for row in data.itertuples()
    ]
    return section.figure(
        throughput_plot,
        data,
        "throughput",
        rows=texts,
        most=MOST_PANELS,
        finding=tally_of(section, of_first_machine(cells)),
        after=times_of_all(section, field=identity),
        scenario=scenario,
        machine=cells["hardware"].iloc[0],
        sizes=numbers.listing([section.names.of("size", size) for size in SIZES if size in sizes], section.language),
    )


def throughputs(cells: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Rows of `figures.throughput.throughput_plot`; a variant by itself makes no panel."""
    named = ("workload", "device") if cells["device"].nunique() > 1 else ("workload",)
    rows = []
    for row in cells[cells["items_per_second"] > 0].itertuples():
        low, high = bounds(row)
        rows.append(
            {
                "panel": f"{names.problem(row, named)} · {names.of('task', row.task)}",
                "label": names.variant(row.framework, row.mode),
                "workload": named_by(row),
                "framework": row.framework,
                "mode": row.mode,
                "unit": names.of("item", row.item_unit or "items"),
                "value": row.items_per_second,
                "low": low,
                "high": high,
            }
        )
    columns = ["panel", "label", "workload", "framework", "mode", "unit", "value", "low", "high"]
    data = pd.DataFrame(rows, columns=columns)
    largest = data.groupby("panel")["value"].transform("max")
    texts = [numbers.throughput(value, among=[most]) for value, most in zip(data["value"], largest, strict=True)]
    data = data.assign(text=texts)
    return data[data.groupby("panel")["panel"].transform("size") > 1]


def bounds(row: Any) -> tuple[float | None, float | None]:
    """The interval of a throughput, from that of the time of a step."""
    step = intervals.interval(row)
    if step is None or step.low is None or step.high is None:
        return None, None
    return row.items_per_second * step.value / step.high, row.items_per_second * step.value / step.low
