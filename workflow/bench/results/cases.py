"""Runs → the table `cases`: how many times as long takes what people complain of, and whether that is still so.

Two variants that a case names are held against each other by the rules of every comparison: the parity gate, the values
that were timed, the noise floor, p adjusted over the table. But what is equal within the margin is no longer so, also
where the difference is certain. Nothing of it is in the table `comparisons`.
"""

from __future__ import annotations

import json
from typing import Any

from bench import catalogue
from bench.contract import Complaint
from bench.results import statistics
from bench.results.cells import grouped
from bench.results.comparisons import Variant, held, variants_of
from bench.results.intervals import number
from bench.results.noise import floors, noise_rows
from bench.results.pairs import ratio_of
from bench.results.statistics import EQUAL_WITHIN, Floor
from bench.schema import Row
from bench.vocabulary import CASE_VERDICTS, CASES, PROBLEM, RULES, TWIN

ULP = "largest_ulp"
"""The metric of a case that tells its largest error, in units in the last place."""
STILL, NO_LONGER, OTHER_WAY, UNDECIDED, NOT_COMPARABLE = CASE_VERDICTS


def case_rows(runs: list[Row], gate: list[Row], equal_within: float = EQUAL_WITHIN) -> list[Row]:
    """One row per problem × complaint of which both variants were measured. Shapes as in `comparison_rows`."""
    floor = floors(noise_rows(runs))
    own = [row for row in runs if row["family"] == CASES and row["run"] < TWIN]
    rows = [
        row
        for key, group in grouped(own, PROBLEM).items()
        for row in _problem_rows(dict(zip(PROBLEM, key, strict=True)), group, gate, floor)
    ]
    tested = [row for row in rows if row.get("p") is not None]
    for row, adjusted in zip(tested, statistics.adjust([row["p"] for row in tested]), strict=True):
        row["p_adjusted"] = adjusted
    for row in rows:
        row["equal_within"] = equal_within
        if found := row.pop("found", None):
            _, row["rule"] = statistics.verdict(found, row.get("p_adjusted"), row["noise_floor"], equal_within)
            if statistics.equivalent(found, equal_within):  # nobody complains of a difference so small
                row["rule"] = "equivalence"
            row["verdict"] = verdict_of(row["rule"], found.ratio)
    return rows


def verdict_of(rule: str, factor: float) -> str:
    """What becomes of a complaint, from the rule that decided and slow seconds / fast seconds."""
    if rule == "difference":
        return STILL if factor > 1 else OTHER_WAY
    return {"equal": NO_LONGER, "undecided": UNDECIDED}[RULES[rule]]


def _problem_rows(problem: Row, runs: list[Row], gate: list[Row], floor: dict[str, Floor]) -> list[Row]:
    variants = {(variant.framework, variant.mode): variant for variant in variants_of(runs)}
    return [
        _row(problem, complaint, variants[slow], variants[fast], gate, floor.get(problem["device"]))
        for complaint in catalogue.complaints(problem["workload"])
        for slow, fast in [complaint.variants]
        if complaint.is_about(problem["task"]) and slow in variants and fast in variants
    ]


def _row(
    problem: Row, complaint: Complaint, slow: Variant, fast: Variant, gate: list[Row], floor: Floor | None
) -> dict[str, Any]:
    row = problem | {
        "slow": str(slow),
        "fast": str(fast),
        "slow_seconds": slow.seconds if slow.good else None,
        "fast_seconds": fast.seconds if fast.good else None,
        "reported": complaint.reported,
        "noise_floor": floor.value if floor else None,
        "slow_ulp": _metric(slow, ULP),
        "fast_ulp": _metric(fast, ULP),
    }
    _, refusal = held(problem, (slow, fast), gate)
    if refusal:
        return row | {"rule": refusal.rule, "verdict": NOT_COMPARABLE, "message": refusal.message}
    found = ratio_of(slow.good, fast.good)
    return row | {
        "ratio": found.ratio,
        "ratio_low": found.low,
        "ratio_high": found.high,
        "trials": found.trials,
        "scatter": found.scatter,
        "p": found.p,
        "message": "; ".join(filter(None, (slow.failures, fast.failures))),
        "found": found,
    }


def _metric(variant: Variant, name: str) -> float | None:
    """A number that a variant reports after all timing, as one of its runs has it; None where none does."""
    found = (json.loads(row["metrics"] or "{}").get(name) for row in variant.good)
    return next((number(value) for value in found if value is not None), None)
