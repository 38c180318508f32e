"""From the start of a process to its first result: which phases that has, how long they take together, and after how
many steps compiling has paid for itself.

Runs of a schema before version 5 know nothing of some phases, which were parts of others then: their sum is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from bench.vocabulary import CELL, STARTUP

COLUMNS = tuple(f"{phase}_seconds" for phase in STARTUP)
UNCOMPILED = "none"
"""What `cache` says where nothing is compiled: such a run starts alike, whatever caches hold."""


def starts(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs with what the functions below ask of them alone, for of all their columns every group is a copy."""
    return runs.reindex(columns=[*CELL, "cache", "step_seconds", *COLUMNS])


def first_result_seconds(run: Mapping[str, Any]) -> float | None:
    """Seconds from the start of a run's process to its first result; None where it did not get there."""
    if run.get("first_step_seconds") is None:
        return None
    return sum(run.get(column) or 0.0 for column in COLUMNS)


def first_results(runs: pd.DataFrame) -> pd.Series:
    """`first_result_seconds` of every run of a table; NaN where it did not get there."""
    return runs.reindex(columns=list(COLUMNS)).fillna(0.0).sum(axis=1).where(runs["first_step_seconds"].notna())


def starts_with(cache: Any, wanted: str) -> bool:
    """Whether a run whose caches were `cache` tells of a start with the caches `wanted`: cold | cached."""
    return bool(pd.isna(cache)) or cache in (wanted, UNCOMPILED)


def beginning(group: pd.DataFrame, framework: str, mode: str, cache: str) -> tuple[float, float] | None:
    """Seconds to the first result, all phases of the start, with caches that are cold or cached, and per step."""
    cell = group[(group["framework"] == framework) & (group["mode"] == mode)]
    own = cell["cache"].map(lambda found: starts_with(found, cache)).astype(bool)
    start, steps = first_results(cell[own]).dropna(), cell["step_seconds"].dropna()
    if not len(start) or not len(steps) or start.median() <= 0 or steps.median() <= 0:
        return None
    return float(start.median()), float(steps.median())


def crossing(eager: tuple[float, float], compiled: tuple[float, float]) -> float | None:
    """Steps until start + (n - 1) step of both are equal; 1 when compiled is ahead at once, None when it never is."""
    gain, debt = eager[1] - compiled[1], compiled[0] - eager[0]
    if debt <= 0:
        return 1.0 if gain >= 0 else None
    return 1 + debt / gain if gain > 0 else None
