"""Where the time of runs went: the phases of the start, checks, warm-up, values, probe, the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

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
    "probe": ("probe",),
}
PAUSE_SECONDS = 30.0
"""A longer gap between two runs means that nothing was running (the workflow was stopped, or did other things)."""


def shares(runs: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Seconds by part over the `runs` that went well; `rest` is everything else, from one run to the next.

    The workflow engine's own time lies between two runs and is part of the rest.
    """
    runs = list(runs)
    good = [row for row in runs if row["status"] == "ok"]
    seconds = {
        part: sum(row.get(f"{column}_seconds") or 0.0 for row in good for column in columns)
        for part, columns in PARTS.items()
    }
    inside = sum(row["wall_seconds"] for row in good)
    return seconds | {"rest": inside - sum(seconds.values()) + between(runs)}


def between(runs: Iterable[Mapping[str, Any]]) -> float:
    """Seconds between the end of each run, failed ones too, and the start of the next, pauses left out."""
    spans = sorted(
        (datetime.fromisoformat(row["started"]).astimezone(UTC), row["wall_seconds"])
        for row in runs
        if row["started"] and row["wall_seconds"]
    )
    gaps = [(later - start - timedelta(seconds=wall)).total_seconds() for (start, wall), (later, _) in pairwise(spans)]
    return sum(gap for gap in gaps if 0 < gap < PAUSE_SECONDS)


def as_text(seconds: Mapping[str, float]) -> str:
    """One line: the share of every part that took any time."""
    total = sum(seconds.values())
    if total <= 0:
        return "no runs"
    return ", ".join(f"{part} {value / total:.1%}" for part, value in seconds.items() if value > 0)
