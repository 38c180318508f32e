"""What each variant takes of the memory, and what the examples of memory held."""

from __future__ import annotations

from typing import Any

import pandas as pd

from article import numbers
from article.html import Html, join
from article.parts.cells import device_bytes, host_bytes
from article.parts.examples import example_name, outcome
from article.section import Article
from bench import vocabulary
from bench.results import outcomes, selection

HOLDING = ("donated", "set to ", "update")
"""How the names of the examples begin whose number is the peak of the memory held, in bytes."""


def memory_table(article: Article) -> Html:
    """Peak memory of every variant in the main problem of every training workload; other machines' folded."""
    cells = selection.sound_cells(article.tables, article.machine)
    cells = selection.main_problems(cells[cells["family"] == "training"])
    machines = [rows for _, rows in cells.groupby("hardware", sort=False)]
    return join(
        _memory_of(article, machines[0] if machines else cells, False),
        *(_memory_of(article, rows, True) for rows in machines[1:]),
    )


def _memory_of(article: Article, cells: pd.DataFrame, folded: bool) -> Html:
    """The table of one machine: host and device apart."""
    rows, variants = [], [variant for variant in vocabulary.VARIANT_ORDER if variant[0] != "numpy"]
    for _, own in cells.groupby(vocabulary.PROBLEM, sort=False):
        for place, measured in (("host", host_bytes), ("device", device_bytes)):
            shown = {
                f"used {row.framework} {row.mode}": numbers.size(used)
                for row in own.itertuples()
                if (used := measured(row)) is not None
            }
            if shown:
                first = next(own.itertuples())
                rows.append(
                    {
                        "problem": article.names.problem(first),
                        "hardware": first.hardware if article.several else None,
                        "where": article.words[f"memory.{place}"],
                    }
                    | shown
                )
    columns = ("problem", "hardware", "where", *(f"used {framework} {mode}" for framework, mode in variants))
    return article.table(
        rows,
        columns,
        "memory",
        empty="no memory",
        folded=folded,
        machine=cells["hardware"].iloc[0] if len(cells) else article.machine,
    )


def memory_examples(article: Article) -> Html:
    """What the executed examples of memory held at their peak and between steps, in bytes and in parameters."""
    rows = []
    for machine in article.tables.hardware(article.machine):
        found = outcomes.events(article.tables, machine, "memory")
        for (framework, name), event in found.items():
            whole = found.get((framework, "bytes"))
            if name.startswith(HOLDING):
                rows.append(
                    {
                        "example": example_name(article, name),
                        "framework": framework,
                        "hardware": machine if article.several else None,
                    }
                    | _held(article, event, whole)
                )
    columns = ("example", "framework", "hardware", "peak_bytes", "between_bytes", "multiple", "message")
    return article.table(rows, columns, "memory examples", empty="no examples")


def _held(article: Article, event: Any, whole: Any) -> dict[str, Any]:
    if event.outcome != "ok" or event.value is None:
        return {"message": outcome(article, event)}
    between = outcomes.as_object(event.text).get("between")
    multiple = event.value / whole.value if whole and whole.value else None
    return {
        "peak_bytes": numbers.size(event.value),
        "multiple": numbers.ratio(multiple) if multiple else None,
        "between_bytes": numbers.size(between) if isinstance(between, int | float) else None,
    }
