"""What failed, with its message, and the files that were not believed."""

from __future__ import annotations

import pandas as pd

from article.html import Html, join, message
from article.section import Section
from bench.results.selection import cells


def failure_table(section: Section) -> Html:
    """Every cell that failed, with its message, then those that cannot exist, folded."""
    frame = cells(section.tables, section.machine)
    frame = frame[frame["status"] != "ok"]
    unsupported = frame["status"] == "unsupported"
    return join(
        _table(section, frame[~unsupported], "failures", folded=False),
        _table(section, frame[unsupported], "unsupported", folded=True) if unsupported.any() else None,
    )


def left_out(section: Section) -> Html:
    """Files that were not believed, by machine."""
    rows = [
        {"hardware": name, "message": str(entry)}
        for name, known in section.tables.machines.items()
        for entry in known.get("left_out") or ()
    ]
    return section.table(rows, ("hardware", "message"), "left out", empty="nothing left out")


def _table(section: Section, frame: pd.DataFrame, name: str, *, folded: bool) -> Html:
    rows = [
        section.cell_columns(row) | {"status": section.names.of("status", row.status), "message": message(row.message)}
        for row in frame.itertuples()
    ]
    columns = ("problem", "hardware", "variant", "status", "message")
    return section.table(rows, columns, name, empty="no failures", folded=folded)
