"""The same against the same: a variant and its twin, in real trials of ten workloads.

A pair is a variant and its twin over some consecutive trials: one interval, which has to contain 1. The trials of a
workload are cut into such groups, so pairs share no trial.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from scipy import stats

from bench.results import statistics
from bench.vocabulary import Problem
from tests.proof import markdown
from tests.proof.trials import EAGER, JIT, PLAN, problem, say, sound, trial, twin_logs

WORKLOADS = (
    problem("training/linear_regression", "train"),
    problem("training/mlp", "train"),
    problem("training/gcn", "train"),
    problem("training/dqn", "train"),
    problem("autodiff/gmm", "gradient", "float64"),
    problem("autodiff/mlp_derivatives", "gradient", "float64"),
    problem("autodiff/vqe", "gradient", "float64"),
    problem("science/equation_of_state", "forward", "float64"),
    problem("science/heat_equation", "forward", "float64"),
    problem("science/nbody", "forward", "float64"),
)
TRIALS, GROUPS = 6, (3,)
"""Trials of each workload, and of how many of them an interval is made."""
SHORT = PLAN | {"budget_seconds": 0.5}
"""Whether an interval covers what it says does not hang on how narrow it is."""


def measured(folder: Path, workloads: Sequence[Problem] = WORKLOADS, trials: int = TRIALS) -> dict[str, Any]:
    """Per workload and variant, the logarithm of its time over its twin's in every trial."""
    pairs = []
    for what in workloads:
        rows = []
        for number in range(trials):
            say(f"{what} #{number}")
            rows += sound(trial(what, (EAGER, JIT), number, folder / what.workload, twins=(EAGER, JIT), plan=SHORT))
        for name in (EAGER, JIT):
            logs = twin_logs(rows, name)
            say(f"{what} {name}: twins differ by", *(f"{log:+.2%}" for log in logs))
            pairs.append({"problem": str(what), "variant": name, "logs": logs})
    return {"pairs": pairs}


def intervals(numbers: dict[str, Any], size: int) -> list[statistics.Ratio]:
    """The ratios of all pairs of `size` consecutive trials."""
    return [
        statistics.paired_ratio(pair["logs"][start : start + size])
        for pair in numbers["pairs"]
        for start in range(0, len(pair["logs"]) - size + 1, size)
    ]


def covering(ratios: Sequence[statistics.Ratio]) -> int:
    """How many of the intervals contain 1."""
    return sum((ratio.low or 0) <= 1 <= (ratio.high or math.inf) for ratio in ratios)


def half_width(ratios: Sequence[statistics.Ratio]) -> float:
    """The typical half-width, relative."""
    return median(math.log(ratio.high / ratio.low) / 2 if ratio.low and ratio.high else math.inf for ratio in ratios)


def expected(count: int) -> tuple[int, int]:
    """Between which numbers, 98 times in 100, the intervals of so many lie that contain the truth at exactly 95 %."""
    low, high = stats.binom.interval(0.98, count, 0.95)
    return int(low), int(high)


def criteria(numbers: dict[str, Any], groups: Sequence[int] = GROUPS) -> dict[str, bool]:
    """The coverage is 95 %, as far as so many pairs can tell."""
    held = {}
    for size in groups:
        ratios = intervals(numbers, size)
        if not ratios:
            continue
        low, high = expected(len(ratios))
        text = f"{low} to {high} of {len(ratios)} intervals of {size} trials contain 1"
        held[text] = low <= covering(ratios) <= high
    return held


def text(numbers: dict[str, Any]) -> str:
    """The table of the page."""
    rows = []
    for size in GROUPS:
        ratios = intervals(numbers, size)
        if not ratios:
            continue
        covered, sure = covering(ratios), stats.binomtest(covering(ratios), len(ratios)).proportion_ci()
        rows.append(
            [
                size,
                len(ratios),
                covered,
                f"{covered / len(ratios):.1%} ({sure.low:.0%} to {sure.high:.0%})",
                f"±{half_width(ratios):.2%}",
            ]
        )
    workloads = len({pair["problem"] for pair in numbers["pairs"]})
    head = [
        "trials of a pair",
        "pairs",
        "intervals that contain 1",
        "coverage (and its interval)",
        "typical half-width",
    ]
    return f"From {workloads} workloads:\n\n{markdown.table(head, rows)}\n\n{markdown.checklist(criteria(numbers))}"
