"""Where the files of a machine belong, which runs must not be mixed, and which failures come again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.schema import Row
from bench.vocabulary import CELL, PROBLEM, TWIN, Cell, Problem

PUBLISHED = {
    "trial": "trials.parquet",
    "observations": "observations.parquet",
    "events": "examples.parquet",
    "release_trial": "release-trials.parquet",
    "release_observations": "release-observations.parquet",
}
"""Schema → the one file that holds all of its rows in the folder of a published machine."""


RAISED = re.compile(r"(?!OSError)[A-Z]\w+: ")
"""How the message of a run begins that raised an exception; what the system refuses may go well another time."""


def comes_again(row: Row) -> bool:
    """Whether the failure of a run is certain to come again: before its first step was done, its process raised an
    exception, or said that it cannot do this. What a signal, the clock or want of memory ended may go well next time.
    """
    raised = row["status"] == "failed" and RAISED.match(row["message"] or "") is not None
    return row["first_step_seconds"] is None and (raised or row["status"] == "unsupported")


def run_file(folder: Path, row: Row) -> Path:
    """Where a run belongs below the folder of a machine that was measured before there were trials."""
    return folder / "runs" / Cell(*(row[column] for column in CELL[1:])).run_file(row["run"])


def trial_file(folder: Path, row: Row) -> Path:
    """Where the trial of a run, of the frameworks or of a release, belongs below the folder of its machine."""
    tree = Path("releases", row["release"]) if "release" in row else Path("trials")
    return folder / tree / Problem(*(row[column] for column in PROBLEM[1:])).trial_file(row["run"] % TWIN)


def file_of(folder: Path, row: Row) -> Path:
    """Where a run lies below the folder of its machine: with its trial, or alone where there were none yet."""
    return trial_file(folder, row) if row["fingerprint"] else run_file(folder, row)


def outdated(rows: Sequence[Row]) -> dict[int, str]:
    """The runs that must not be mixed with the newest of their problem, by their place in `rows`, with the reason.

    All runs of a problem must be of the same machine and have had as many processors; those of one framework the same
    packages. What was measured of a release is a matter of its own.
    """

    def kind(row: Row, *more: str) -> tuple[Any, ...]:
        return (*(row[column] for column in PROBLEM), row.get("release", ""), *more)

    def packages(row: Row) -> tuple[Any, ...]:
        return kind(row, row["framework"], row.get("version", ""))

    newest: dict[tuple[Any, ...], Any] = {}
    for row in sorted(rows, key=lambda row: row["started"] or ""):
        newest[kind(row)] = (row["fingerprint"], row["threads"])
        if row["versions"]:
            newest[packages(row)] = row["versions"]
    found = {}
    for index, row in enumerate(rows):
        machine, threads = newest[kind(row)]
        if row["fingerprint"] != machine:
            found[index] = "it was measured on another machine of that name than the newest run"
        elif row["threads"] != threads:
            found[index] = f"it was measured with {row['threads']} processors, the newest run with {threads}"
        elif row["versions"] and row["versions"] != (latest := newest[packages(row)]):
            found[index] = f"it was measured with {row['versions']}, the newest run with {latest}"
    return found
