"""What failed, with its message, the files that were not believed, and what was measured with other code."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from article import numbers
from article.html import Html, join
from article.section import Section
from bench.results.selection import cells


def failure_table(section: Section) -> Html:
    """Every cell that failed, with its message, then those of which some runs failed, then those that cannot exist,
    folded.
    """
    found = cells(section.tables, section.machine)
    frame = found[found["status"] != "ok"]
    unsupported = frame["status"] == "unsupported"
    return join(
        _table(section, frame[~unsupported], "failures", folded=False),
        _partly_failed(section, found[(found["status"] == "ok") & (found["failed"] > 0)]),
        _table(section, frame[unsupported], "unsupported", folded=True) if unsupported.any() else None,
    )


def changed(section: Section) -> Html | None:
    """The workloads that a machine measured with other code than is here, by machine; None where there are none."""
    rows = [
        {"hardware": name, "workload": section.words["enumeration"].join(_titles(section, known["changed"]))}
        for name, known in section.tables.machines.items()
        if known.get("changed")
    ]
    return section.table(rows, ("hardware", "workload"), "changed") if rows else None


def _titles(section: Section, workloads: Iterable[str]) -> list[str]:
    """What workloads, given as `family/name`, are called."""
    return [section.names.workload(name, family) for family, _, name in (word.partition("/") for word in workloads)]


def left_out(section: Section) -> Html:
    """Files that were not believed, by machine."""
    rows = [
        {"hardware": name, "message": str(entry)}
        for name, known in section.tables.machines.items()
        for entry in known.get("left_out") or ()
    ]
    return section.table(rows, ("hardware", "message"), "left out", empty="nothing left out")


def _partly_failed(section: Section, frame: pd.DataFrame) -> Html:
    rows = [
        section.cell_columns(row)
        | {
            "successful": section.phrase(
                "failures.successful", good=row.runs, runs=numbers.count(row.runs + row.failed)
            ),
            "message": section.message(row.message),
        }
        for row in frame.itertuples()
    ]
    return section.table(rows, ("problem", "variant", "hardware", "successful", "message"), "partly failed")


def _table(section: Section, frame: pd.DataFrame, name: str, *, folded: bool) -> Html:
    rows = [
        section.cell_columns(row)
        | {"status": section.names.of("status", row.status), "message": section.message(row.message)}
        for row in frame.itertuples()
    ]
    columns = ("problem", "variant", "hardware", "status", "message")
    return section.table(rows, columns, name, empty="no failures", folded=folded)
