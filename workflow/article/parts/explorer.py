"""Every cell in one table with filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from article import numbers
from article.html import Html
from article.parts.cells import cell_row
from article.section import Section
from bench.results import selection
from bench.results.intervals import is_positive

FILTERS = ("hardware", "workload", "task", "precision", "device", "framework", "status")
PLACE = ("hardware", "workload", "task", "size", "precision", "device")
COLUMNS = (*PLACE, "variant", "status", "step", "items", "share", "memory", "runs")


def explorer(section: Section) -> Html:
    """Every cell in one table, with filters that a script shows; without the script it is a plain table."""
    frame = selection.cells(section.tables, section.machine)
    if not len(frame):
        return Html(Markup('<p id="explorer">{}</p>').format(section.words["explorer.none"]))
    records = [_record(section, row) for row in frame.itertuples()]
    filters = _filters([keys for keys, _ in records])
    records = [({name: keys[name] for name in filters}, cells) for keys, cells in records]
    return section.render(
        "explorer.html",
        filters=filters,
        columns=[column for column in COLUMNS if any(cells.get(column) for _, cells in records)],
        records=records,
    )


def _record(section: Section, row: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """What a cell is filtered by, and what its row shows."""
    keys = {column: section.names.of(column, getattr(row, column)) for column in FILTERS} | {"hardware": row.hardware}
    further = {
        "hardware": section.hardware(row.hardware),
        "size": section.names.of("size", row.size),
        "runs": _runs_text(section, row),
    }
    return keys, cell_row(section, row) | keys | further


def _runs_text(section: Section, row: Any) -> str:
    """How many runs a cell is of, and how many more of them failed."""
    if row.status == "ok" and is_positive(row.failed):
        return section.phrase("explorer.runs", good=row.runs, failed=numbers.count(row.failed))
    return str(row.runs)


def _filters(records: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """Column → its values in their order, for columns with more than one."""
    values = {column: list(dict.fromkeys(keys[column] for keys in records)) for column in FILTERS}
    return {column: found for column, found in values.items() if len(found) > 1}
