"""What the claims of several sections are judged with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from bench import judging, workloads
from bench.judging import REFUTED, SUPPORTED, Outcome, number

ARTICLE = Path(__file__).resolve().parents[2] / "article"
EXACT = 1e-9
"""A relative error below this is rounding in float64."""
NUMERICAL_FAMILIES = ("autodiff", "science")
INFERENCE = ("forward", "inference")


def yes(holds: bool) -> str:
    """Supported if it holds, else refuted."""
    return SUPPORTED if holds else REFUTED


def outcome_word(event: Outcome, tolerance: float = 1e-6) -> str:
    """What became of an example that has a right value: `right`, `wrong`, or its outcome where it did not run."""
    if not event.ran:
        return event.outcome
    return "right" if event.value is None or event.value <= tolerance else "wrong"


def error_of(event: Outcome, tolerance: float = EXACT) -> dict[str, Any]:
    """Whether an example ran within the tolerance, its error and what it said otherwise."""
    return {"holds": event.within(tolerance), "error": event.value, "message": "" if event.ran else event.first_line()}


def outcome_of(event: Outcome) -> dict[str, Any]:
    """The outcome of an example and the first line of what it said."""
    return {"outcome": event.outcome, "says": event.first_line()}


def code_sizes(only: str | None = None) -> dict[str, dict[str, dict[str, int]]]:
    """Lines, tokens and names of the implementations of all timed workloads, or of one (`family/name`)."""
    folders = {name: item.folder for name, item in workloads.discover().items()
               if item.family not in ("graph", judging.MACHINE) and only in (None, name)}
    return judging.code_sizes(folders)


def parity_summary(rows: pd.DataFrame) -> dict[str, Any]:
    """How many checks of the gate there are in `rows`, how many passed, and the largest error."""
    return {"checks": len(rows), "passed": int((rows["status"] == "ok").sum()),
            "largest_error": number(rows["error"].max())}
