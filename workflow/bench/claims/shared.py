"""What the claims of several sections are judged with."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench import vocabulary
from bench.claims.evidence import REFUTED, SUPPORTED, Results, Undecided, Verdict
from bench.claims.rules import EQUAL, by_device, judged_part
from bench.claims.votes import clear_gain, voted
from bench.events import Event
from bench.results import ratios
from bench.results.intervals import number
from bench.results.selection import points
from bench.vocabulary import COMPARED, SIZES

INFERENCE = ("forward", "inference")


def yes(holds: bool) -> str:
    """Supported if it holds, else refuted."""
    return SUPPORTED if holds else REFUTED


def error_of(event: Event) -> dict[str, Any]:
    """Whether an example is right, its error and what it said otherwise."""
    return {"holds": event.accurate, "error": event.value, "message": "" if event.ran else event.first_line()}


def outcome_of(event: Event) -> dict[str, Any]:
    """The outcome of an example and the first line of what it said."""
    return {"outcome": event.outcome, "says": event.first_line()}


def parity_summary(rows: pd.DataFrame) -> dict[str, Any]:
    """How many checks of the gate there are in `rows`, how many passed, and the largest error."""
    return {
        "checks": len(rows),
        "passed": int((rows["status"] == "ok").sum()),
        "largest_error": number(rows["error"].max()),
    }


def over_numpy(results: Results) -> dict[str, dict[str, Any]]:
    """Framework → whether it is faster than NumPy (`verdict`), by device, and the counts of problems beside it; {}
    where NumPy was not timed.

    The framework's fastest mode counts. A workload speaks for it if the whole interval of NumPy's time over the
    framework's lies above 1, against it if it lies below 1.1; a single run has no interval and decides nothing.
    `eager`: the same without a compiler, None where no kernel was timed so.
    """
    runs = [results.runs(vocabulary.NUMERICAL), results.curve_runs(vocabulary.NUMERICAL)]
    found = ratios.numpy_speedups(pd.concat(runs, ignore_index=True))
    evidence: dict[str, dict[str, Any]] = {}
    for framework in COMPARED:
        own = found[found["framework"] == framework]
        if len(own):
            eager = own[own["mode"] == "eager"]
            best = _against_numpy(own[own["best"].astype(bool)])
            evidence[framework] = best | {"eager": _against_numpy(eager) if len(eager) else None}
    return evidence


def _against_numpy(rows: pd.DataFrame) -> dict[str, Any]:
    """The verdict on speed-ups over NumPy, and how many of them there are at named sizes and along curves."""
    won, lost = rows["low"] > 1, ~(rows["low"] > 1) & (rows["high"] < EQUAL)
    return judged_part(by_device, rows[rows["size"].isin(SIZES)], points(rows), _faster_than_numpy) | {
        "of": len(rows),
        "won": int(won.sum()),
        "lost": int(lost.sum()),
        "untold": int((~won & ~lost).sum()),
        "lowest": number(rows["ratio"].min()),
        "highest": number(rows["ratio"].max()),
    }


def _faster_than_numpy(rows: pd.DataFrame, curves: pd.DataFrame) -> Verdict:
    if rows["low"].isna().all():
        raise Undecided("single runs have no interval")
    return voted(rows, curves, clear_gain)


def without_loops(rows: pd.DataFrame) -> pd.DataFrame:
    """The comparisons without the loops that are measured only to tell what a vectorised derivative spares."""
    return rows[~rows["task"].astype(str).str.endswith("loop")]


def gradient_costs(results: Results) -> dict[str, dict[str, Any]]:
    """Framework → how many gradients cost at most `ratios.BOUND` functions, and from how much to how much they cost."""
    found = ratios.derivative_costs(results.runs(vocabulary.NUMERICAL))
    found = found[found["best"].astype(bool) & found["task"].isin(ratios.REVERSE)]
    return {
        framework: {
            **ratios.judged(own, ratios.BOUND),
            "least": number(own["ratio"].min()),
            "most": number(own["ratio"].max()),
            "bound": ratios.BOUND,
        }
        for framework in COMPARED
        if len(own := found[found["framework"] == framework])
    }


def told_ratios(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The comparisons that have a ratio, as evidence."""
    columns = ["task", "size", "precision", "device", "ratio", "ratio_low", "ratio_high", "verdict"]
    return [
        {key: (number(value) if key.startswith("ratio") else value) for key, value in row.items()}
        for row in rows.loc[rows["ratio"].notna(), columns].to_dict("records")
    ]
