"""Intervals, ratios, ties: pure functions of numbers, reading and writing nothing.

The result of a run is the median of its values; runs, not values, are the independent observations. Ratios are
compared as logarithms, so that a/b and b/a say the same. The functions that the clock uses (`median`,
`median_interval`, `relative_half_width`, `steady`) need NumPy alone and import nothing else: SciPy would cost every
measuring process a third of a second, and is imported by the first function that needs it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

CONFIDENCE = 0.95

SMALLEST, LARGEST = 1e-100, 1e100
"""Positive quantities lie between these, so that no product or quotient of two of them overflows."""

EXACT = 1e-12
"""Logarithms that differ by less than this differ by rounding alone."""

UNINFORMATIVE = 1e6
"""An interval that reaches further than this factor from its centre says nothing and is not given."""

TREND_Z = 1.96
"""|z| of the Mann-Kendall test beyond which a window has a trend (two-sided, 5 %)."""

NEGLIGIBLE_TREND = 0.005
"""A change over the window below this share of its median is no reason to keep warming up."""

PAIRING_ROUNDS = 3
PAIRING_LEVEL = 0.05
"""Runs are paired when the rounds are this many and their correlation is positive at this one-sided level."""

SMALLEST_FLOOR = 0.005
"""No difference below half a percent is called one, however quiet the machine: two clocks disagree by as much."""

LEAST_FOR_MEAN = 5
"""Fewer workloads are not summarised by one number: its interval would span orders of magnitude."""

LEVEL = 0.05
"""Adjusted p below which a difference is one."""


# --- the clock's part: NumPy alone ------------------------------------------------------------------------------------


def median(values: ArrayLike) -> float:
    """The median of positive `values`, shape (n,), in their unit. Raises ValueError for other values."""
    return float(np.median(_positive("values", values)))


def median_interval(values: ArrayLike, confidence: float = CONFIDENCE) -> tuple[float, float] | tuple[None, None]:
    """The interval of the median between two order statistics, in the unit of `values`, shape (n,).

    It holds for every continuous distribution and covers at least `confidence`; (None, None) where n is too small for
    that (n < 6 at 95 %). Raises ValueError for values that are not positive. Source: David and Nagaraja, Order
    Statistics, 3rd edition, section 7.1.
    """
    data = _positive("values", values)
    rank = _rank(data.size, _share("confidence", confidence))
    if rank == 0:
        return None, None
    ordered = np.sort(data)
    return float(ordered[rank - 1]), float(ordered[-rank])


def relative_half_width(values: ArrayLike, confidence: float = CONFIDENCE) -> float:
    """Half the width of the median's interval as a share of the median; infinite where there is no interval.

    Cheap enough to ask after every value while measuring: one sort of `values`, shape (n,).
    """
    low, high = median_interval(values, confidence)
    return math.inf if low is None or high is None else (high - low) / 2 / median(values)


@lru_cache(maxsize=4096)
def _rank(count: int, confidence: float) -> int:
    """Largest k such that the k-th smallest and k-th largest of `count` values enclose the median; 0 if none does."""
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, count + 1)))])
    logs = factorials[-1] - factorials - factorials[::-1] - count * math.log(2)
    return int(np.count_nonzero(2 * np.cumsum(np.exp(logs[: (count + 1) // 2])) <= 1 - confidence))


def steady(values: ArrayLike, window: int = 10, variation: float = 0.05) -> bool:
    """Whether the last `window` of the times `values`, shape (n,), scatter little and show no trend.

    Both must hold: the coefficient of variation is at most `variation`, computed from the median and the median
    absolute deviation (one interruption by the system does not make a window unsteady); and the Mann-Kendall test
    finds no trend at 5 %, or one whose Theil-Sen slope changes less than half a percent over the window. Fewer than
    `window` values are not steady. With 1 % noise, a fall of 6 % over the window escapes in one in twenty windows of
    8, in half of the windows of 5. Raises ValueError for a window below 5, where the trend test has no power. Source:
    Georges, Buytaert and Eeckhout, OOPSLA 2007, section 3.2 (window); Mann, Econometrica 13 (1945) 245.
    """
    if not isinstance(window, int | np.integer) or window < 5:
        raise ValueError(f"window is {window!r}, allowed are integers from 5")
    if not 0 < variation < math.inf:
        raise ValueError(f"variation is {variation!r}, allowed are positive numbers")
    data = _positive("values", values, least=0)
    if data.size < window:
        return False
    last = data[-window:]
    centre = np.median(last)
    spread = 1.4826 * np.median(np.abs(last - centre)) / centre
    return bool(spread <= variation and not _trend(last / centre))


def _trend(series: Array) -> bool:
    """Whether a series of numbers near 1 rises or falls for certain, and by an amount that matters."""
    count = series.size
    earlier, later = np.triu_indices(count, 1)
    change = series[later] - series[earlier]
    score = abs(np.sign(change).sum())
    z = (score - 1) / math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    slope = np.median(change / (later - earlier))
    return bool(z > TREND_Z and abs(slope) * (count - 1) > NEGLIGIBLE_TREND)


# --- estimates on logarithms ------------------------------------------------------------------------------------------


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
        return float(2 * _special().stdtr(self.degrees, -abs(self.centre) / self.error))

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


# --- cells and comparisons --------------------------------------------------------------------------------------------


def interval(run_medians: ArrayLike, confidence: float = CONFIDENCE) -> tuple[float, float | None, float | None]:
    """Centre (geometric mean) and both ends of the interval of a cell's run medians, shape (n,), in their unit.

    Student's t on the logarithms. One run has no interval: its ends are None. Raises ValueError for values that are
    not positive.
    """
    return _centre_and_bounds(np.log(_positive("run_medians", run_medians)), confidence)


def geometric_mean(ratios: ArrayLike, confidence: float = CONFIDENCE) -> tuple[float, float | None, float | None]:
    """Geometric mean of ratios, shape (n,), and its interval over the population that they are drawn from.

    Student's t on the logarithms: the width says how much the workloads differ, not how well each was measured. A
    single ratio has no interval: its ends are None. Raises ValueError for ratios that are not positive. Source:
    Fleming and Wallace, CACM 29 (1986) 218.
    """
    return _centre_and_bounds(np.log(_positive("ratios", ratios)), confidence)


def _centre_and_bounds(logs: Array, confidence: float) -> tuple[float, float | None, float | None]:
    _share("confidence", confidence)
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
    logs_a, logs_b = np.log(_positive("runs_a", runs_a)), np.log(_positive("runs_b", runs_b))
    _share("confidence", confidence)
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
    t = float(_special().stdtrit(count - 2, 1 - PAIRING_LEVEL))
    return t / math.sqrt(count - 2 + t * t)


# --- ties -------------------------------------------------------------------------------------------------------------


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
    ratio: float | None, low: float | None, high: float | None, p_adjusted: float | None, noise_floor: float | None
) -> str:
    """Who is faster, from torch seconds / jax seconds: one of schema.VERDICTS.

    Somebody is faster only if the interval excludes 1, the adjusted p is below 0.05 and the difference exceeds the
    noise floor; everything else, and whatever is unknown (None), is a tie. Without a ratio: not comparable. Raises
    ValueError for numbers that cannot be what their name says.
    """
    if ratio is None:
        return "not comparable"
    _positive("ratio", [ratio])
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
    return "jax faster" if ratio > 1 else "torch faster"


# --- shared -----------------------------------------------------------------------------------------------------------


def _special() -> Any:
    """scipy.special, imported when first needed: measuring processes never do."""
    from scipy import special

    return special


def _quantile(degrees: float, confidence: float = CONFIDENCE) -> float:
    return float(_special().stdtrit(degrees, (1 + confidence) / 2))


def _positive(name: str, values: ArrayLike, least: int = 1) -> Array:
    """`values` as a one-dimensional float64 array, or a ValueError that names what is wrong with it."""
    try:
        data = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is {values!r:.200}, allowed are sequences of numbers") from error
    if data.ndim != 1 or data.size < least:
        raise ValueError(f"{name} has shape {data.shape}, allowed is one dimension with {least} or more numbers")
    valid = (data >= SMALLEST) & (data <= LARGEST)  # false for NaN
    if not valid.all():
        index = int(np.argmin(valid))
        raise ValueError(f"{name}[{index}] is {data[index]!s}, allowed are numbers from {SMALLEST} to {LARGEST}")
    return data


def _rounds(name: str, rounds: Sequence[int], count: int) -> dict[int, int]:
    """Where in the series each round is."""
    where = {int(key): index for index, key in enumerate(rounds)}
    if len(rounds) != count or len(where) != count:
        raise ValueError(f"{name} is {list(rounds)!r:.200}, allowed are {count} different integers, one for each run")
    return where


def _share(name: str, value: float) -> float:
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value!r}, allowed are numbers between 0 and 1")
    return value


def _probability(name: str, value: float | None) -> float:
    if value is None or not 0 <= value <= 1:
        raise ValueError(f"{name} is {value!r}, allowed are numbers from 0 to 1")
    return value
