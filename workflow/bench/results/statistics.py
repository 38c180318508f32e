"""Intervals, ratios, ties: pure functions of numbers, reading and writing nothing.

The result of a run is the median of its values; runs, not values, are the independent observations. Ratios are
compared as logarithms, so that a/b and b/a say the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from bench.series import CONFIDENCE, Array, positive, share
from bench.vocabulary import COMPARED

EXACT = 1e-12
"""Logarithms that differ by less than this differ by rounding alone."""

UNINFORMATIVE = 1e6
"""An interval that reaches further than this factor from its centre says nothing and is not given."""

PAIRING_ROUNDS = 3
PAIRING_LEVEL = 0.05
"""Runs are paired when the rounds are this many and their correlation is positive at this one-sided level."""

SMALLEST_FLOOR = 0.005
"""No difference below half a percent is called one, however quiet the machine: two clocks disagree by as much."""

LEAST_FOR_MEAN = 5
"""Fewer workloads are not summarised by one number: its interval would span orders of magnitude."""

LEVEL = 0.05
"""Adjusted p below which a difference is one."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean on the logarithmic scale, its standard error, and the degrees of freedom of that error."""

    centre: float
    error: float
    degrees: float

    def half_width(self, confidence: float = CONFIDENCE) -> float:
        """Half the width of Student's interval, on the logarithmic scale."""
        return _quantile(self.degrees, confidence) * self.error

    def p(self) -> float:
        """Two-sided p of the hypothesis that the centre is 0; without any scatter it is 1 or 0."""
        if self.error == 0:
            return 1.0 if abs(self.centre) < EXACT else 0.0
        return float(2 * special.stdtr(self.degrees, -abs(self.centre) / self.error))

    def bounds(self, confidence: float = CONFIDENCE) -> tuple[float, float] | tuple[None, None]:
        """Both ends of the interval, no longer logarithms; (None, None) if it is too wide to say anything."""
        half = self.half_width(confidence)
        if half > math.log(UNINFORMATIVE):
            return None, None
        return math.exp(self.centre - half), math.exp(self.centre + half)


def sample(logs: Array) -> Estimate:
    """Student's estimate of the mean of `logs`, shape (n,), n ≥ 2; of differences: the paired t."""
    return Estimate(float(logs.mean()), math.sqrt(_variance(logs) / logs.size), logs.size - 1)


def welch(logs_a: Array, logs_b: Array) -> Estimate:
    """Welch's estimate of the difference of two means, a - b, of shapes (n,) and (m,), both ≥ 2.

    Source: Welch, Biometrika 34 (1947) 28.
    """
    part_a, part_b = _variance(logs_a) / logs_a.size, _variance(logs_b) / logs_b.size
    total = part_a + part_b
    lost = part_a**2 / (logs_a.size - 1) + part_b**2 / (logs_b.size - 1)
    degrees = total**2 / lost if lost > 0 else float(logs_a.size + logs_b.size - 2)
    return Estimate(float(logs_a.mean() - logs_b.mean()), math.sqrt(total), degrees)


def _variance(logs: Array) -> float:
    """Unbiased variance; exactly 0 where the values differ by rounding alone."""
    deviations = logs - logs.mean()
    variance = float(deviations @ deviations) / (logs.size - 1)
    return variance if variance > EXACT**2 else 0.0


def interval(run_medians: ArrayLike, confidence: float = CONFIDENCE) -> tuple[float, float | None, float | None]:
    """Centre (geometric mean) and both ends of the interval of a cell's run medians, shape (n,), in their unit.

    Student's t on the logarithms. One run has no interval: its ends are None. Raises ValueError for values that are
    not positive.
    """
    return _centre_and_bounds(np.log(positive("run_medians", run_medians)), confidence)


def geometric_mean(ratios: ArrayLike, confidence: float = CONFIDENCE) -> tuple[float, float | None, float | None]:
    """Geometric mean of ratios, shape (n,), and its interval over the population that they are drawn from.

    Student's t on the logarithms: the width says how much the workloads differ, not how well each was measured. A
    single ratio has no interval: its ends are None. Raises ValueError for ratios that are not positive. Source:
    Fleming and Wallace, CACM 29 (1986) 218.
    """
    return _centre_and_bounds(np.log(positive("ratios", ratios)), confidence)


def _centre_and_bounds(logs: Array, confidence: float) -> tuple[float, float | None, float | None]:
    share("confidence", confidence)
    if logs.size < 2:
        return math.exp(logs[0]), None, None
    estimate = sample(logs)
    return math.exp(estimate.centre), *estimate.bounds(confidence)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times longer a takes than b. What a single run cannot tell is None."""

    ratio: float
    low: float | None
    high: float | None
    p: float | None  # of the hypothesis that both take equally long
    method: str | None  # welch | paired
    runs: float  # per variant; harmonic mean where they differ
    error: float | None  # standard error of log(ratio)
    degrees: float | None  # of freedom of `error`


def ratio(
    runs_a: ArrayLike,
    runs_b: ArrayLike,
    rounds_a: Sequence[int] | None = None,
    rounds_b: Sequence[int] | None = None,
    confidence: float = CONFIDENCE,
) -> Ratio:
    """Time of a over time of b, with interval and p, from run medians in seconds, shapes (n,) and (m,).

    Welch's t on the logarithms, or the paired t where `rounds_a` and `rounds_b` (the round of each run; None:
    unknown) say which runs were neighbours and the rounds visibly share the machine's drift: at least three rounds in
    common, at least half of the runs of each, and a correlation over them that is positive at the one-sided 5 % level.
    Taking whichever interval came out narrower would cover 93 % only. This rule is decided by the correlation, before
    any interval is seen: simulated with 3 to 20 runs, normal and heavy-tailed noise, without and with drift, it covers
    94 to 97 %, and p far below 5 % is at most 1.6 times too frequent.

    Raises ValueError for times that are not positive and for rounds that do not name each run once.
    """
    logs_a, logs_b = np.log(positive("runs_a", runs_a)), np.log(positive("runs_b", runs_b))
    share("confidence", confidence)
    pairs = _neighbours(logs_a, logs_b, rounds_a, rounds_b)
    harmonic = 2 / (1 / logs_a.size + 1 / logs_b.size)
    if pairs is not None and _drift_is_shared(*pairs):
        estimate, method, runs = sample(pairs[0] - pairs[1]), "paired", float(pairs[0].size)
    elif min(logs_a.size, logs_b.size) >= 2:
        estimate, method, runs = welch(logs_a, logs_b), "welch", harmonic
    else:
        return Ratio(math.exp(logs_a.mean() - logs_b.mean()), None, None, None, None, harmonic, None, None)
    low, high = estimate.bounds(confidence)
    return Ratio(math.exp(estimate.centre), low, high, estimate.p(), method, runs, estimate.error, estimate.degrees)


def log_ratio(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    """What a trial says of two variants: the median over the rounds that both have of the log of one's time over the
    other's. Raises ValueError where they have no round in common.
    """
    common = sorted(one.keys() & other.keys())
    ratios = positive("ratios", [one[place] / other[place] for place in common])
    return float(np.median(np.log(ratios)))


def paired_ratio(logs: ArrayLike, confidence: float = CONFIDENCE) -> Ratio:
    """The ratio of two variants from what the trials say of it, shape (n,), as logarithms: Student's t over the trials.

    Trials are the independent observations: fresh processes, at another moment. A single one has no interval.
    """
    data = np.asarray(logs, dtype=np.float64)
    if data.size < 2:
        return Ratio(math.exp(data[0]), None, None, None, None, 1.0, None, None)
    estimate = sample(data)
    low, high = estimate.bounds(confidence)
    degrees = estimate.degrees
    return Ratio(
        math.exp(estimate.centre), low, high, estimate.p(), "paired", float(data.size), estimate.error, degrees
    )


def _neighbours(
    logs_a: Array, logs_b: Array, rounds_a: Sequence[int] | None, rounds_b: Sequence[int] | None
) -> tuple[Array, Array] | None:
    """The runs of the common rounds, in the same order, where these are enough to be paired."""
    if rounds_a is None or rounds_b is None:
        return None
    where_a, where_b = _rounds("rounds_a", rounds_a, logs_a.size), _rounds("rounds_b", rounds_b, logs_b.size)
    common = sorted(where_a.keys() & where_b.keys())
    if len(common) < PAIRING_ROUNDS or 2 * len(common) < max(logs_a.size, logs_b.size):
        return None
    return logs_a[[where_a[key] for key in common]], logs_b[[where_b[key] for key in common]]


def _drift_is_shared(logs_a: Array, logs_b: Array) -> bool:
    """Whether the correlation of two series over the rounds is positive at the one-sided PAIRING_LEVEL."""
    deviations_a, deviations_b = logs_a - logs_a.mean(), logs_b - logs_b.mean()
    norm = math.sqrt(float(deviations_a @ deviations_a) * float(deviations_b @ deviations_b))
    if norm <= EXACT**2:
        return False
    return float(deviations_a @ deviations_b) / norm > _clear_correlation(logs_a.size)


@lru_cache(maxsize=1024)
def _clear_correlation(count: int) -> float:
    """Pearson's r that `count` independent normal pairs exceed with probability PAIRING_LEVEL."""
    t = float(special.stdtrit(count - 2, 1 - PAIRING_LEVEL))
    return t / math.sqrt(count - 2 + t * t)


def noise_floor(twins: Sequence[Ratio], runs: float | None = None) -> float | None:
    """Relative difference that a variant measured as two exceeds by chance once in twenty, at `runs` runs of each.

    `twins` are the A/A ratios of this machine, from `ratio`. floor = exp(t √(2 s²/runs + τ²)) - 1. s² is the variance
    between runs, pooled over the twins by their degrees of freedom (round effects are left out where `ratio` paired
    them); t is Student's 97.5 % quantile for the pooled degrees; τ² is by how much the observed differences of twins
    scatter more than s² explains (method of moments, DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177):
    a bias between equal variants that more runs do not remove. At least SMALLEST_FLOOR. `runs` defaults to the runs of
    the shortest twin. None where no twin has an interval. Raises ValueError for `runs` below 1.
    """
    if runs is not None and not 1 <= runs < math.inf:
        raise ValueError(f"runs is {runs!r}, allowed are numbers from 1")
    known = [(math.log(t.ratio), t.error, t.degrees, t.runs) for t in twins if t.error is not None and t.degrees]
    if not known:
        return None
    difference, error, degrees, size = np.array(known, dtype=np.float64).T
    variance = float(np.average(error**2 * size / 2, weights=degrees))
    excess = max(0.0, float(np.mean(difference**2 - 2 * variance / size)))
    scatter = math.sqrt(2 * variance / (runs or float(size.min())) + excess)
    return max(SMALLEST_FLOOR, math.expm1(min(_quantile(float(degrees.sum())) * scatter, math.log(UNINFORMATIVE))))


def adjust(p_values: Sequence[float | None]) -> list[float | None]:
    """p values adjusted for their number, in their order; None (no p) stays None and does not count.

    They control the share of false differences among those found (Benjamini, Hochberg, JRSS B 57 (1995) 289). Most
    pairs of a table do differ, and the noise floor stands beside p: a method that guards against a single false
    difference would call tenfold ones ties, where runs are few. Raises ValueError for p outside 0 to 1.
    """
    where = [index for index, p in enumerate(p_values) if p is not None]
    p = np.array([_probability(f"p_values[{index}]", p_values[index]) for index in where], dtype=np.float64)
    order = np.argsort(p, kind="stable")
    count = p.size
    stepped = np.minimum.accumulate((p[order] * count / np.arange(1, count + 1))[::-1])[::-1]
    adjusted: list[float | None] = [None] * len(p_values)
    for position, value in zip(order, stepped, strict=True):
        adjusted[where[position]] = min(1.0, float(value))
    return adjusted


def verdict(
    ratio: float | None,
    low: float | None,
    high: float | None,
    p_adjusted: float | None,
    noise_floor: float | None,
    rivals: tuple[str, str] = COMPARED,
) -> str:
    """Who is faster, from the first rival's seconds / the second's: of torch and jax one of vocabulary.VERDICTS.

    Somebody is faster only if the interval excludes 1, the adjusted p is below 0.05 and the difference exceeds the
    noise floor; everything else, and whatever is unknown (None), is a tie. Without a ratio: not comparable. Raises
    ValueError for numbers that cannot be what their name says.
    """
    if ratio is None:
        return "not comparable"
    positive("ratio", [ratio])
    if noise_floor is not None and not 0 <= noise_floor < math.inf:
        raise ValueError(f"noise_floor is {noise_floor!r}, allowed are None and numbers from 0")
    if low is None or high is None or p_adjusted is None or noise_floor is None:
        return "tie"
    if not 0 <= low <= ratio * (1 + EXACT) or not ratio * (1 - EXACT) <= high:
        raise ValueError(f"low, high are {low!r}, {high!r}, allowed are ends with the ratio {ratio!r} between them")
    excludes_one = low > 1 or high < 1
    exceeds_floor = abs(math.log(ratio)) > math.log1p(noise_floor)
    if not (excludes_one and exceeds_floor and _probability("p_adjusted", p_adjusted) < LEVEL):
        return "tie"
    return f"{rivals[ratio > 1]} faster"


def _quantile(degrees: float, confidence: float = CONFIDENCE) -> float:
    return float(special.stdtrit(degrees, (1 + confidence) / 2))


def _rounds(name: str, rounds: Sequence[int], count: int) -> dict[int, int]:
    """Where in the series each round is."""
    where = {int(key): index for index, key in enumerate(rounds)}
    if len(rounds) != count or len(where) != count:
        raise ValueError(f"{name} is {list(rounds)!r:.200}, allowed are {count} different integers, one for each run")
    return where


def _probability(name: str, value: float | None) -> float:
    if value is None or not 0 <= value <= 1:
        raise ValueError(f"{name} is {value!r}, allowed are numbers from 0 to 1")
    return value
