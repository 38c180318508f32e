"""After how many steps compiling has paid for itself."""

from __future__ import annotations

import pandas as pd

from bench.results import startup


def beginning(group: pd.DataFrame, framework: str, mode: str, cache: str) -> tuple[float, float] | None:
    """Seconds to the first result, all phases of the start, with caches that are cold or cached, and per step."""
    cell = group[(group["framework"] == framework) & (group["mode"] == mode)]
    own = cell["cache"].map(lambda found: startup.starts_with(found, cache)).astype(bool)
    start, steps = startup.first_results(cell[own]).dropna(), cell["step_seconds"].dropna()
    if not len(start) or not len(steps) or start.median() <= 0 or steps.median() <= 0:
        return None
    return float(start.median()), float(steps.median())


def crossing(eager: tuple[float, float], compiled: tuple[float, float]) -> float | None:
    """Steps until start + (n - 1) step of both are equal; 1 when compiled is ahead at once, None when it never is."""
    gain, debt = eager[1] - compiled[1], compiled[0] - eager[0]
    if debt <= 0:
        return 1.0 if gain >= 0 else None
    return 1 + debt / gain if gain > 0 else None
