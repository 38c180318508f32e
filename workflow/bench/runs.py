"""Where the file of a run belongs, and which runs must not be mixed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.schema import Row
from bench.vocabulary import CELL, PROBLEM, Cell


def run_file(folder: Path, row: Row) -> Path:
    """Where a run belongs below the folder of its machine."""
    return folder / "runs" / Cell(*(row[column] for column in CELL[1:])).run_file(row["run"])


def outdated(rows: Sequence[Row]) -> dict[int, str]:
    """The runs that must not be mixed with the newest of their problem, by their place in `rows`, with the reason.

    All runs of a problem must have had as many processors; those of one framework the same packages.
    """

    def kind(row: Row, *more: str) -> tuple[Any, ...]:
        return (*(row[column] for column in PROBLEM), *more)

    newest: dict[tuple[Any, ...], Any] = {}
    for row in sorted(rows, key=lambda row: row["started"] or ""):
        newest[kind(row)] = row["threads"]
        if row["versions"]:
            newest[kind(row, row["framework"])] = row["versions"]
    found = {}
    for index, row in enumerate(rows):
        if row["threads"] != newest[kind(row)]:
            found[index] = f"it was measured with {row['threads']} processors, the newest run with {newest[kind(row)]}"
        elif row["versions"] and row["versions"] != (latest := newest[kind(row, row["framework"])]):
            found[index] = f"it was measured with {row['versions']}, the newest run with {latest}"
    return found
