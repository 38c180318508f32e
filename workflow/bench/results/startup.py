"""From the start of a process to its first result: which phases that has, and how long they take together.

Runs of a schema before version 5 know nothing of some phases, which were parts of others then: their sum is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from bench.vocabulary import STARTUP

COLUMNS = tuple(f"{phase}_seconds" for phase in STARTUP)
UNCOMPILED = "none"
"""What `cache` says where nothing is compiled: such a run starts alike, whatever caches hold."""


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
