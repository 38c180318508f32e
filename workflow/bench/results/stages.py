"""The two-stage rule: how many further trials a pair gets that the first trials leave undecided.

Fixed before anything is measured, and of the scatter alone: as many trials as Stein's rule says for the half-width that
equality needs, up to the preset's most. The interval is then no narrower than Stein's (`statistics.paired_ratio`),
which covers what it says whatever the scatter came out as.

Source: Stein, Annals of Mathematical Statistics 16 (1945) 243. Simulated in tests/proof/situations.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from bench.results.statistics import stein_trials
from bench.schema import Row
from bench.vocabulary import COMPARED, PROBLEM, SIZES, TARGET, Cell

SHARE_OF_EQUAL = 0.5
"""The half-width wished for, as a share of what counts as equal: an equal pair is then found to be so."""
OPEN = ("width", "adjustment")
"""Rules of undecided verdicts that more trials can change."""


def granted_trials(row: Row, most: int) -> int:
    """How many further trials the best pair of a problem gets: 0 where it is decided, or no trials would decide it."""
    if row.get("rule") not in OPEN or not row["scatter"]:
        return 0
    wanted = stein_trials(row["scatter"], row["trials"], SHARE_OF_EQUAL * math.log1p(row["equal_within"]))
    return max(min(wanted, most) - row["trials"], 0)


def second_stage(comparisons: Iterable[Row], most: int) -> list[tuple[tuple[Cell, ...], int]]:
    """The cells that take turns in further trials, and in how many, from the comparisons of the first stage.

    Of each problem the best pair; see `of_cases` for the public cases. Points of scaling curves and ways to a target
    get none: the former are many, the latter differ by their seeds, of which each trial has another.
    """
    found = []
    for row in comparisons:
        if row["best"] and row["size"] in SIZES and row["task"] != TARGET:
            problem = {column: row[column] for column in PROBLEM[1:]}
            pair = tuple(Cell(**problem, framework=name, mode=row[f"{name}_mode"]) for name in COMPARED)
            if count := granted_trials(row, most):
                found.append((pair, count))
    return found


def of_cases(cases: Iterable[Row], most: int) -> list[tuple[tuple[Cell, ...], int]]:
    """The same of the table `cases`: the variants of all complaints of a problem that are open take turns together."""
    wanted: dict[tuple[str, ...], tuple[dict[Cell, None], int]] = {}
    for row in cases:
        count = granted_trials(row, most) if row["size"] in SIZES else 0
        problem = {column: row[column] for column in PROBLEM[1:]}
        own, others = wanted.get(tuple(problem.values()), ({}, 0))
        for name in ("slow", "fast") if count else ():
            framework, _, mode = row[name].partition(" ")
            own[Cell(**problem, framework=framework, mode=mode)] = None
        wanted[tuple(problem.values())] = own, max(count, others)
    return [(tuple(own), count) for own, count in wanted.values() if count]
