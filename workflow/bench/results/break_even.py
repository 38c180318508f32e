"""After how many steps compiling has paid for itself."""

from __future__ import annotations

import pandas as pd


def beginning(group: pd.DataFrame, framework: str, mode: str, caches: tuple[str, ...]) -> tuple[float, float] | None:
    """Seconds until the end of the first step (without import and building) and per step."""
    cell = group[(group["framework"] == framework) & (group["mode"] == mode)]
    rows = cell[cell["cache"].fillna("none").isin(caches)]
    start = rows[["trace_seconds", "compile_seconds", "first_step_seconds"]].dropna(how="all").fillna(0).sum(axis=1)
    steps = cell["step_seconds"].dropna()
    if not len(start) or not len(steps) or start.median() <= 0 or steps.median() <= 0:
        return None
    return float(start.median()), float(steps.median())


def crossing(eager: tuple[float, float], compiled: tuple[float, float]) -> float | None:
    """Steps until start + (n - 1) step of both are equal; 1 when compiled is ahead at once, None when it never is."""
    gain, debt = eager[1] - compiled[1], compiled[0] - eager[0]
    if debt <= 0:
        return 1.0 if gain >= 0 else None
    return 1 + debt / gain if gain > 0 else None
