"""Where the time of runs went: the phases of the start, checks, warm-up, values, what lies between trials, the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from bench.runs import file_of
from bench.schema import Row

PARTS = {
    "import": ("import", "compiler_import"),
    "device": ("device",),
    "data": ("data",),
    "build": ("build",),
    "compile": ("trace", "compile"),
    "first step": ("first_step",),
    "check": ("check",),
    "warm-up": ("warmup",),
    "measurement": ("timed",),
    "metrics": ("metrics",),
}
PAUSE_SECONDS = 30.0
"""A longer gap between two trials means that nothing was running (the workflow was stopped, or did other things)."""


def shares(runs: Iterable[Row]) -> dict[str, float]:
    """Seconds by part over the `runs` that went well, between the trials of all of them, and the rest.

    `rest` is what their processes did that no column tells the seconds of: the blocks that refill the caches, about as
    long as those that are timed, values that were taken again, the region of energy, comparing settings and memory.
    """
    runs = list(runs)
    good = [row for row in runs if row["status"] == "ok"]
    seconds = {
        part: sum(row.get(f"{column}_seconds") or 0.0 for row in good for column in columns)
        for part, columns in PARTS.items()
    }
    inside = sum(row["wall_seconds"] for row in good)
    return seconds | {"between trials": between(runs), "rest": inside - sum(seconds.values())}


def between(runs: Iterable[Row]) -> float:
    """Seconds from the end of each trial to the start of the next, pauses left out: the workflow engine, starting the
    supervisor, ending processes, writing the file, and attempts that were disturbed.

    Of the processes of a trial exactly one runs, so that it takes what all of them take, failed ones too.
    """
    trials: dict[Path, list[Row]] = {}
    for row in runs:
        if row["started"] and row["wall_seconds"]:
            trials.setdefault(file_of(Path(), row), []).append(row)
    spans = sorted(
        (min(datetime.fromisoformat(row["started"]) for row in rows), sum(row["wall_seconds"] for row in rows))
        for rows in trials.values()
    )
    gaps = [(later - start).total_seconds() - seconds for (start, seconds), (later, _) in pairwise(spans)]
    return sum(gap for gap in gaps if 0 < gap < PAUSE_SECONDS)


def as_text(seconds: Mapping[str, float]) -> str:
    """One line: the share of every part that took any time."""
    total = sum(seconds.values())
    if total <= 0:
        return "no runs"
    return ", ".join(f"{part} {value / total:.1%}" for part, value in seconds.items() if value > 0)
