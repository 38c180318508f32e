"""What each variant takes of the memory, and what the examples of memory held."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from article import numbers
from article.html import Html
from article.names import TITLES
from article.parts.cells import device_bytes, host_bytes
from article.parts.examples import example_name, outcome_text
from article.parts.variants import COLUMNS, variant_columns
from article.section import Section
from bench.results import outcomes, selection
from bench.vocabulary import PROBLEM

HOLDING = ("donated", "set to ", "update")
"""How the names of the examples begin whose number is the peak of the memory held, in bytes."""
MOST_ROWS = 48
"""Rows of the table of all variants that is not folded."""


def memory_table(section: Section) -> Html:
    """Peak memory of every variant in the main problem of every training workload: host and device, steady state and
    start apart; folded where there are many machines.
    """
    cells = selection.sound_cells(section.tables, section.machine)
    cells = selection.main_problems(selection.at_shared_sizes(cells[cells["family"] == "training"]))
    rows = []
    for _, own in cells.groupby(PROBLEM, sort=False):
        for place, show in PLACES.items():
            shown = variant_columns(own, show)
            if any(shown.values()):
                where = {"where": section.words[f"memory.{place}"]}
                rows.append(section.problem_columns(next(own.itertuples())) | where | shown)
    columns = ("problem", "where", "hardware", *COLUMNS)
    return section.table(rows, columns, "memory", empty="no memory", folded=len(rows) > MOST_ROWS)


def memory_examples(section: Section) -> Html:
    """What the executed examples of memory held at their peak and between steps, in bytes and in parameters."""
    rows = []
    for machine in section.machines:
        found = outcomes.events(section.tables, machine, "memory")
        rows += [
            {
                "example": example_name(section, name),
                "framework": TITLES[framework],
                "hardware": section.hardware(machine),
            }
            | _held(section, event, found.get((framework, "bytes")))
            for (framework, name), event in found.items()
            if name.startswith(HOLDING)
        ]
    columns = ("example", "framework", "hardware", "peak_bytes", "between_bytes", "multiple", "message")
    return section.table(rows, columns, "memory examples", empty="no examples")


def _held(section: Section, event: Any, whole: Any) -> dict[str, Any]:
    """What an example held; whole: the event whose number is the size of all parameters."""
    if event.outcome != "ok" or event.value is None:
        return {"message": outcome_text(section, event)}
    between = outcomes.as_object(event.text).get("between")
    multiple = event.value / whole.value if whole and whole.value else None
    return {
        "peak_bytes": numbers.size(event.value),
        "multiple": numbers.ratio(multiple) if multiple else None,
        "between_bytes": numbers.size(between) if isinstance(between, int | float) else None,
    }


def _size(used: float | None) -> str | None:
    return None if used is None else numbers.size(used)


PLACES: dict[str, Callable[[Any], str | None]] = {
    "host": lambda cell: _size(host_bytes(cell)),
    "host startup": lambda cell: _size(host_bytes(cell, "startup_peak_host_bytes")),
    "device": lambda cell: _size(device_bytes(cell)),
    "device startup": lambda cell: _size(device_bytes(cell, "startup_peak_device_bytes")),
}
"""Rows of a problem: where and when memory is taken, and how a cell tells it; None where it is not known."""
