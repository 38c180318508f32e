"""Runs → the tables `comparisons` and `noise`: ratios, the noise floor, verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bench import catalogue
from bench.results import statistics
from bench.results.cells import grouped
from bench.results.parity import gate_failure
from bench.schema import Row
from bench.vocabulary import CELL, MACHINE, NUMERICAL, PROBLEM, TWIN

SUMMARY = 2
"""First values of the numerical families that belong to one output: its mean, and its root mean square."""


def noise_rows(runs: Iterable[Row]) -> list[Row]:
    """Every variant that was measured as two: the ratio of its two series."""
    rows = []
    for key, group in grouped((row for row in runs if row["status"] == "ok"), CELL).items():
        series = _twin_series(group)
        if all(series):
            ratio = _ratio(*series)
            rows.append(
                dict(zip(CELL, key, strict=True))
                | {"ratio": ratio.ratio, "ratio_low": ratio.low, "ratio_high": ratio.high, "runs": len(series[0])}
            )
    return rows


def _twin_series(runs: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    ordered = sorted(runs, key=lambda row: row["run"])
    twins = [row | {"run": row["run"] - TWIN} for row in ordered if row["run"] >= TWIN]
    rounds = {row["run"] for row in twins}
    return [row for row in ordered if row["run"] in rounds], twins


def _ratio(ours: list[Row], theirs: list[Row]) -> statistics.Ratio:
    """Time of ours over theirs: from trials in which they took turns, or from runs one after the other."""
    logs = paired_logs(ours, theirs)
    if logs:
        return statistics.paired_ratio(logs)
    return statistics.ratio(
        [row["step_seconds"] for row in ours],
        [row["step_seconds"] for row in theirs],
        [row["run"] for row in ours],
        [row["run"] for row in theirs],
    )


def paired_logs(ours: list[Row], theirs: list[Row]) -> list[float]:
    """Per trial in which both took turns, the median over its rounds of the log of ours over theirs."""
    others = {row["run"]: row for row in theirs if row["paired"]}
    return [
        statistics.log_ratio(by_round(row), by_round(others[row["run"]]))
        for row in ours
        if row["paired"] and row["run"] in others and {*row["rounds"]} & {*others[row["run"]]["rounds"]}
    ]


def by_round(row: Row) -> dict[int, float]:
    """Round → seconds per step."""
    return dict(zip(row["rounds"], row["values"], strict=True))


def floors(runs: list[Row]) -> Callable[[str, float], float | None]:
    """The noise floor of a device at a number of runs, from the twins measured on it."""
    ratios: dict[str, list[statistics.Ratio]] = defaultdict(list)
    good = (row for row in runs if row["status"] == "ok")
    for key, group in grouped(good, CELL).items():
        series = _twin_series(group)
        if all(series):
            ratios[key[CELL.index("device")]].append(_ratio(*series))
    return lambda device, count: statistics.noise_floor(ratios[device], max(count, 1)) if ratios[device] else None


def comparison_rows(runs: list[Row], gate: list[Row]) -> list[Row]:
    """One row per problem × torch mode × jax mode, with verdicts; p adjusted over the best pairs, and over the others.

    Shapes: `runs` and `gate` are rows of the tables `runs` and `parity` of one machine.
    """
    floor = floors(runs)
    main = [row for row in runs if row["run"] < TWIN and row["status"] == "ok" and row["family"] != MACHINE]
    rows = []
    for key, group in grouped(main, PROBLEM).items():
        problem = dict(zip(PROBLEM, key, strict=True))
        variants = grouped(group, ("framework", "mode"))
        medians = {
            variant: statistics.interval([row["step_seconds"] for row in own])[0] for variant, own in variants.items()
        }
        pairs = {}
        for torch in (variant for variant in variants if variant[0] == "torch"):
            for jax in (variant for variant in variants if variant[0] == "jax"):
                row = problem | {"torch_mode": torch[1], "jax_mode": jax[1]}
                pairs[torch, jax] = row | _compare(row, variants[torch], variants[jax], gate, floor)
        best = _best(pairs, medians)
        rows += [row | {"best": pair == best} for pair, row in pairs.items()]
    for table in ([row for row in rows if row["best"]], [row for row in rows if not row["best"]]):
        _decide(table)
    return rows


def _best(pairs: Mapping[tuple[Any, Any], Row], medians: Mapping[Any, float]) -> tuple[Any, Any] | None:
    """The fastest variant of each framework, among those that can be compared where there are any."""
    sound = [pair for pair, row in pairs.items() if row.get("ratio_low") is not None] or list(pairs)
    return min(sound, key=lambda pair: medians[pair[0]] * medians[pair[1]], default=None)


def _compare(
    pair: Row, torch: list[Row], jax: list[Row], gate: list[Row], floor: Callable[[str, float], float | None]
) -> Row:
    """Ratio of one pair, or the reason why there is none."""
    error, tolerance = value_error(pair, torch, jax)
    reason = gate_failure(pair, gate) or value_failure(error, tolerance)
    if reason:
        return {"parity_error": error, "message": reason, "verdict": "not comparable"}
    ratio = _ratio(torch, jax)
    row = {
        "parity_error": error,
        "ratio": ratio.ratio,
        "ratio_low": ratio.low,
        "ratio_high": ratio.high,
        "method": ratio.method,
        "p": ratio.p,
        "noise_floor": floor(pair["device"], ratio.runs),
        "message": "",
    }
    if ratio.low is None:
        return row | {"verdict": "not comparable", "message": "too few runs for an interval"}
    if row["noise_floor"] is None:
        return row | {"message": "no noise floor was measured, so nothing is called a difference"}
    return row


def value_error(pair: Row, torch: list[Row], jax: list[Row]) -> tuple[float | None, float]:
    """Largest relative difference of the first values of the timed runs, and what the workload allows."""
    tolerance = catalogue.known(pair["workload"]).tolerance_in(pair["precision"])
    together = SUMMARY if pair["family"] in NUMERICAL else None
    errors = [_relative(ours["check_values"], theirs["check_values"], together) for ours in torch for theirs in jax]
    return (None, tolerance) if None in errors else (max(errors), tolerance)  # type: ignore[type-var]


def value_failure(error: float | None, tolerance: float) -> str | None:
    """Why the first values do not let a pair through, or None; an error that is not a number is no agreement."""
    if error is None:
        return "a run has no first values to compare"
    return None if error <= tolerance else f"first values differ by {error:.2g}, allowed is {tolerance:.2g}"


def _relative(ours: list[float] | None, theirs: list[float] | None, together: int | None) -> float | None:
    """The largest difference over the largest value, each of so many values in a row; None: of all values."""
    if not ours or not theirs:
        return None
    length = together or len(theirs)
    parts = [slice(first, first + length) for first in range(0, len(theirs), length)]
    return max(
        max(abs(a - b) for a, b in zip(ours[part], theirs[part], strict=False)) / (max(map(abs, theirs[part])) or 1.0)
        for part in parts
        if ours[part]
    )


def _decide(table: list[Row]) -> None:
    """Adjust p over the table and give every row of it that has a ratio its verdict."""
    tested = [row for row in table if row.get("p") is not None]
    for row, adjusted in zip(tested, statistics.adjust([row["p"] for row in tested]), strict=True):
        row["p_adjusted"] = adjusted
    for row in table:
        row.setdefault(
            "verdict",
            statistics.verdict(
                row.get("ratio"),
                row.get("ratio_low"),
                row.get("ratio_high"),
                row.get("p_adjusted"),
                row.get("noise_floor"),
            ),
        )
