"""The two-stage rule: how many further trials a pair gets that the first trials leave undecided.

Fixed before anything is measured, and of the scatter alone: a pair that a 99 % interval of the first stage does not
decide gets as many trials as Stein's rule says for the half-width that equality needs, up to the preset's most. Its
interval is then no narrower than Stein's (`statistics.paired_ratio`), which covers what it says whatever the scatter
came out as. The stricter interval at the entrance is what keeps it so: to let in what a 95 % interval leaves undecided
would give a pair that is equal two chances to look different, and the interval would cover 93 %.

Source: Stein, Annals of Mathematical Statistics 16 (1945) 243. Simulated in tests/bench/results/test_stages.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from scipy import special

from bench.results.statistics import stein_trials
from bench.schema import Row
from bench.series import Array
from bench.vocabulary import COMPARED, MACHINE, PROBLEM, SIZES, TARGET, Cell

ENTRANCE = 0.99
"""Confidence of the intervals that keep a pair out of the second stage."""
SHARE_OF_EQUAL = 0.5
"""The half-width wished for, as a share of what counts as equal: an equal pair is then found to be so."""


def is_clear(log_ratio: Array, scatter: Array, trials: int, floor: float, equal_within: float) -> Array:
    """Whether the first stage decides so clearly that no more trials are needed.

    log_ratio, scatter: the mean and the standard deviation of the logarithms over `trials` trials, of one shape.
    floor, equal_within: relative.
    """
    half = special.stdtrit(trials - 1, (1 + ENTRANCE) / 2) * scatter / math.sqrt(trials)
    differs = np.abs(log_ratio) - half > math.log1p(floor)
    equal = np.abs(log_ratio) + half < math.log1p(equal_within)
    return np.asarray(differs | equal)


def granted_trials(row: Row, most: int) -> int:
    """How many further trials the best pair of a problem gets: 0 where it is decided, or cannot be."""
    if row["verdict"] == "not comparable" or not row["scatter"] or row["noise_floor"] is None:
        return 0
    first, within = row["trials"], row["equal_within"]
    clear = is_clear(np.array(math.log(row["ratio"])), np.array(row["scatter"]), first, row["noise_floor"], within)
    wanted = stein_trials(row["scatter"], first, SHARE_OF_EQUAL * math.log1p(within))
    return 0 if clear else max(min(wanted, most) - first, 0)


def second_stage(comparisons: Iterable[Row], most: int) -> list[tuple[tuple[Cell, ...], int]]:
    """The cells that take turns in further trials, and in how many, from the comparisons of the first stage.

    Of each problem the best pair. Points of scaling curves and ways to a target get none: the former are many, the
    latter differ by their seeds, of which each trial has another.
    """
    found = []
    for row in comparisons:
        if row["best"] and row["size"] in SIZES and row["task"] != TARGET and row["family"] != MACHINE:
            problem = {column: row[column] for column in PROBLEM[1:]}
            pair = tuple(Cell(**problem, framework=name, mode=row[f"{name}_mode"]) for name in COMPARED)
            if count := granted_trials(row, most):
                found.append((pair, count))
    return found
