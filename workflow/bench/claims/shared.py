"""What the claims of several sections are judged with."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench import vocabulary
from bench.claims.evidence import REFUTED, SUPPORTED, Results, Undecided, Verdict
from bench.claims.rules import EQUAL, MISSING, by_device, judged_part
from bench.claims.votes import clear_gain, voted
from bench.events import Event, Missing
from bench.results import outcomes, ratios
from bench.results.intervals import Interval, number
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


def over_numba(results: Results, framework: str) -> dict[str, Any] | None:
    """How often a framework's fastest mode is faster (`won`) and no faster (`lost`) than what Numba compiles of the
    same kernel, over all problems, and by how much; None where Numba was not timed.
    """
    runs = [results.runs(vocabulary.NUMERICAL), results.curve_runs(vocabulary.NUMERICAL)]
    found = ratios.numpy_speedups(pd.concat(runs, ignore_index=True), vocabulary.NUMBA)
    own = found[(found["framework"] == framework) & found["best"].astype(bool)]
    return _counts(own) if len(own) else None


def _against_numpy(rows: pd.DataFrame) -> dict[str, Any]:
    """The verdict on speed-ups over NumPy, and how many of them there are at named sizes and along curves."""
    return judged_part(by_device, rows[rows["size"].isin(SIZES)], points(rows), _faster_than_numpy) | _counts(rows)


def _counts(rows: pd.DataFrame) -> dict[str, Any]:
    won, lost = rows["low"] > 1, ~(rows["low"] > 1) & (rows["high"] < EQUAL)
    return {
        "of": len(rows),
        "won": int(won.sum()),
        "lost": int(lost.sum()),
        "untold": int((~won & ~lost).sum()),
        "lowest": number(rows["ratio"].min()),
        "highest": number(rows["ratio"].max()),
    }


def _faster_than_numpy(rows: pd.DataFrame, curves: pd.DataFrame) -> Verdict:
    if rows["low"].isna().all():
        raise Undecided(MISSING)
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


def efficiency(results: Results, framework: str) -> dict[str, Any]:
    """The fastest way to train on two devices of this machine: its name (`way`), the share of the ideal gain over one
    device on one core (`share`, `low`, `high`), and what the framework makes of both cores with one device (`threads`).

    Raises Missing where no way was timed, or where its parameters are not those of the reference.
    """
    events = results.events("data_parallel", framework)
    ways = outcomes.ways_of_devices(events)
    parallel = [way for way in ways if way.is_parallel and way.share]
    if not parallel:
        raise Missing("the example failed", message=next((e.first_line() for e in events.values() if not e.ran), ""))
    best = min(parallel, key=lambda way: way.seconds.value)
    check = events.get(f"parameters.{best.name}")
    if check is None or not check.accurate:
        raise Missing("the example failed", message=check.first_line() if check else "")
    threads = next((way.share.value for way in ways if way.name == "threads" and way.share), None)
    share = best.share or Interval(0.0)
    return {"way": best.name, "share": share.value, "low": share.low, "high": share.high, "threads": threads}


def share_of_two(results: Results, framework: str) -> dict[str, Any] | None:
    """`efficiency`, or None where it is open."""
    try:
        return efficiency(results, framework)
    except Missing:
        return None
