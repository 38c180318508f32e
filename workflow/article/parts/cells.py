"""Cells as texts: time, work, memory and energy of every variant."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from article import numbers
from article.html import Html
from article.section import Section
from bench.results import intervals
from bench.results.intervals import is_positive, missing
from bench.vocabulary import TARGET


def in_explorer(section: Section, **view: str) -> Markup:
    """A link to the table of all results; view: what its script filters and sorts by."""
    address = f"#explorer?{urlencode(view)}" if view else "#explorer"
    return Markup('<a href="{}">{}</a>').format(address, section.words["explorer.title"])


def times_of_all(section: Section, **view: str) -> Html:
    """Where the times of every variant stand; view: as for `in_explorer`."""
    return section.sentence("explorer.field", link=in_explorer(section, **view))


def cell_row(section: Section, row: Any) -> dict[str, Any]:
    """What was measured of one cell, as texts; what is missing is None."""
    return {
        "step": step_text(section, row),
        "items": items_text(section, row),
        "memory": None if (used := used_bytes(row)) is None else numbers.size(used),
        "energy": f"{numbers.digits(row.energy_joules)}{numbers.SPACE}J" if is_positive(row.energy_joules) else None,
    }


def step_text(section: Section, row: Any) -> Any:
    """The time of a step with its interval; a step of the task `target` is a whole training, and says so."""
    step = intervals.interval(row)
    if step is None:
        return None
    shown = numbers.seconds(step)
    return section.phrase("target.time", seconds=shown) if row.task == TARGET else shown


def items_text(section: Section, row: Any) -> str | None:
    """What a cell does per second, in the unit of its field."""
    if not is_positive(row.items_per_second):
        return None
    return numbers.throughput(row.items_per_second, section.names.rate(row.item_unit))


def used_bytes(row: Any) -> float | None:
    """Peak memory of a cell: on the device where it is known, else what the process took beyond its import."""
    return device_bytes(row) or host_bytes(row)


def device_bytes(row: Any, peak: str = "peak_device_bytes") -> float | None:
    """Peak of the device's own memory; None where it has none or it is not known."""
    return None if missing(getattr(row, peak)) or getattr(row, peak) <= 0 else float(getattr(row, peak))


def host_bytes(row: Any, peak: str = "peak_host_bytes") -> float | None:
    """What the process took in the host's memory beyond its import; None where it is not known."""
    if missing(getattr(row, peak)):
        return None
    return max(0.0, getattr(row, peak) - (0.0 if missing(row.baseline_host_bytes) else row.baseline_host_bytes))
