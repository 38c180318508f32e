"""Intervals, ratios, verdicts: pure functions of numbers, reading and writing nothing.

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
from scipy import optimize, special

from bench.series import CONFIDENCE, Array, median, median_interval, positive, share
from bench.vocabulary import COMPARED, RULES

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

EQUAL_WITHIN = 0.05
"""Relative: ratios within it count as equal, unless config.yaml says otherwise."""
EQUIVALENCE = 0.9
"""Confidence of the interval that has to lie within that: two one-sided tests, each at 5 %."""

NORMAL = 1.96
"""Standard deviations within which 95 % of a normal quantity lie."""
TYPICAL = 0.75
"""Quantile of Student's t whose square is the median of t²."""

MOST_TRIALS = 1000
"""What more trials than this would decide is not asked."""


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


def two_stage(first: Array, second: Array) -> Estimate:
    """Stein's estimate of the mean of both stages, shapes (n,) and (m,), n ≥ 2, where the first stage decided m.

    The scatter is that of the first stage alone, with its n - 1 degrees of freedom: given it, the mean of all is normal
    with that error, so the interval keeps its coverage whatever m was made of it. Source: Stein, Annals of Mathematical
    Statistics 16 (1945) 243.
    """
    together = np.concatenate([first, second])
    return Estimate(float(together.mean()), math.sqrt(_variance(first) / together.size), first.size - 1)


def stein_trials(scatter: float, first: int, half_width: float) -> int:
    """Trials, the first stage of `first` ≥ 2 included, after which the 95 % interval of `two_stage` is that narrow.

    `scatter` is the standard deviation of the first stage, `half_width` half the width wanted, both of logarithms.
    N = max(first, ⌈(t scatter / half_width)²⌉), t of first - 1 degrees. Raises ValueError for other numbers.
    """
    if first < 2 or not 0 <= scatter < math.inf or not half_width > 0:
        raise ValueError(
            f"scatter, first, half_width are {scatter!r}, {first!r}, {half_width!r}, allowed are a number from 0, an "
            f"integer from 2 and a number above 0"
        )
    return max(first, math.ceil((_quantile(first - 1) * scatter / half_width) ** 2))


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times longer a takes than b. What a single trial cannot tell is None."""

    ratio: float
    low: float | None = None
    high: float | None = None
    low_90: float | None = None
    high_90: float | None = None
    p: float | None = None  # of the hypothesis that both take equally long
    method: str | None = None  # welch | paired | stein
    trials: int = 1  # of the side that has fewer
    scatter: float | None = None  # standard deviation of log(ratio) from trial to trial
    error: float | None = None  # standard error of log(ratio)
    degrees: float | None = None  # of freedom of `error`


def _ratio_of(estimate: Estimate, method: str, trials: int, scatter: float, confidence: float) -> Ratio:
    low, high = estimate.bounds(confidence)
    low_90, high_90 = estimate.bounds(EQUIVALENCE)
    return Ratio(
        ratio=math.exp(estimate.centre),
        low=low,
        high=high,
        low_90=low_90,
        high_90=high_90,
        p=estimate.p(),
        method=method,
        trials=trials,
        scatter=scatter,
        error=estimate.error,
        degrees=estimate.degrees,
    )


def ratio(
    runs_a: ArrayLike,
    runs_b: ArrayLike,
    rounds_a: Sequence[int] | None = None,
    rounds_b: Sequence[int] | None = None,
    confidence: float = CONFIDENCE,
) -> Ratio:
    """Time of a over time of b, with interval and p, from run medians in seconds, shapes (n,) and (m,).

    For runs that did not take turns: Welch's t on the logarithms, or the paired t where `rounds_a` and `rounds_b` (the
    round of each run; None: unknown) say which runs were neighbours and the rounds visibly share the machine's drift:
    at least three rounds in common, at least half of the runs of each, and a correlation over them that is positive at
    the one-sided 5 % level. Taking whichever interval came out narrower would cover 93 % only. This rule is decided by
    the correlation, before any interval is seen: simulated with 3 to 20 runs, normal and heavy-tailed noise, without
    and with drift, it covers 93 to 97.5 %, and p far below 5 % is at most 1.6 times too frequent.

    Raises ValueError for times that are not positive and for rounds that do not name each run once.
    """
    logs_a, logs_b = np.log(positive("runs_a", runs_a)), np.log(positive("runs_b", runs_b))
    share("confidence", confidence)
    pairs = _neighbours(logs_a, logs_b, rounds_a, rounds_b)
    if pairs is not None and _drift_is_shared(*pairs):
        differences = pairs[0] - pairs[1]
        return _ratio_of(sample(differences), "paired", differences.size, math.sqrt(_variance(differences)), confidence)
    fewer = min(logs_a.size, logs_b.size)
    if fewer < 2:
        return Ratio(math.exp(logs_a.mean() - logs_b.mean()))
    estimate = welch(logs_a, logs_b)
    return _ratio_of(estimate, "welch", fewer, estimate.error * math.sqrt(fewer), confidence)


def log_ratio(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    """What a trial says of two variants: the median over the rounds that both have of the log of one's time over the
    other's. Raises ValueError where they have no round in common.
    """
    common = sorted(one.keys() & other.keys())
    ratios = positive("ratios", [one[place] / other[place] for place in common])
    return float(np.median(np.log(ratios)))


def paired_ratio(logs: ArrayLike, further: ArrayLike = (), confidence: float = CONFIDENCE) -> Ratio:
    """The ratio of two variants from what the trials say of it, shape (n,), as logarithms: Student's t over the trials.

    Trials are the independent observations: fresh processes, at another moment. A single one has no interval. Those of
    a second stage, of which the scatter of `logs` decided how many there are, are `further`, shape (m,): the interval
    is then the wider of that of `two_stage`, where the first stage has at least two, and Student's over all. A first
    stage that happened to be quiet knows nothing of a neighbour who came later: where one trial in twenty scatters ten
    times as much, Stein's by itself covers 92 % of first stages of three, the wider 95 %.
    """
    first, second = np.asarray(logs, dtype=np.float64), np.asarray(further, dtype=np.float64)
    together = np.concatenate([first, second])
    if together.size < 2:
        return Ratio(math.exp(together[0]))
    stein = second.size > 0 and first.size >= 2
    estimates = [sample(together), *([two_stage(first, second)] if stein else [])]
    estimate = max(estimates, key=Estimate.half_width)
    scatter = math.sqrt(_variance(together))
    return _ratio_of(estimate, "stein" if stein else "paired", together.size, scatter, confidence)


def jackknifed(found: Ratio, without: ArrayLike, confidence: float = CONFIDENCE) -> Ratio:
    """The ratio with an error that holds however the trials depend on each other; `without`, shape (n,), is what it
    would be without each of them. Source: Tukey, Annals of Mathematical Statistics 29 (1958) 614.
    """
    logs = np.log(positive("without", without))
    error = math.sqrt(_variance(logs) / logs.size) * (logs.size - 1)
    estimate = Estimate(math.log(found.ratio), error, logs.size - 1)
    return _ratio_of(estimate, "paired", logs.size, error * math.sqrt(logs.size), confidence)


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


@dataclass(frozen=True, slots=True)
class Floor:
    """By how much twins of a machine differ systematically, relative: no smaller difference is called one."""

    value: float
    low: float | None  # ends of its 95 % interval; None of fewer than six twins
    high: float | None
    twins: int
    covered: int  # of the twins, those whose 95 % interval contains 1: 95 % of them where the intervals are right

    @property
    def assumed(self) -> bool:
        """Whether the twins show nothing beyond the scatter of their trials, so that the least floor is taken."""
        return self.value <= SMALLEST_FLOOR


def noise_floor(twins: Sequence[Ratio]) -> Floor | None:
    """What the A/A ratios of a machine say of the difference that more trials do not remove; None without an interval.

    The log ratio d of a twin has a standard error e, of ν degrees of freedom, which is in every interval already. What
    counts is beyond it: d ~ N(0, τ² + e²). For each twin there is one τ with which it would be the median one,
    d² = (τ² + e²) t², where t is the 75 % quantile of Student's t of the degrees that Satterthwaite gives the sum; it
    is 0 where e alone makes the twin so. The median of these over the twins is the estimate, so that no single twin
    rules it; its interval is the one between their order statistics, which inverts the sign test.
    floor = exp(1.96 τ) - 1, at least SMALLEST_FLOOR.
    """
    known = [twin for twin in twins if twin.error is not None and twin.degrees]
    if not known:
        return None
    factors = [math.exp(min(NORMAL * _beyond_error(twin), math.log(UNINFORMATIVE))) for twin in known]
    low, high = (None if end is None else max(SMALLEST_FLOOR, end - 1) for end in median_interval(factors))
    covered = sum(twin.low is None or twin.high is None or twin.low <= 1 <= twin.high for twin in known)
    return Floor(max(SMALLEST_FLOOR, median(factors) - 1), low, high, len(known), covered)


def _beyond_error(twin: Ratio) -> float:
    """The τ of `noise_floor` with which a twin would be the median one, a standard deviation of logarithms."""
    squared, sampling, degrees = math.log(twin.ratio) ** 2, (twin.error or 0.0) ** 2, twin.degrees or math.inf

    def lacking(systematic: float) -> float:
        total = systematic + sampling
        freedom = degrees * (total / sampling) ** 2 if sampling > 0 else math.inf
        return total * float(special.stdtrit(freedom, TYPICAL)) ** 2 - squared

    if squared <= EXACT**2 or lacking(0.0) >= 0:
        return 0.0
    most = squared / float(special.stdtrit(math.inf, TYPICAL)) ** 2
    return math.sqrt(optimize.brentq(lacking, 0.0, most))


def adjust(p_values: Sequence[float | None]) -> list[float | None]:
    """p values adjusted for their number, in their order; None (no p) stays None and does not count.

    They control the share of false differences among those found (Benjamini, Hochberg, JRSS B 57 (1995) 289). Most
    pairs of a table do differ, and the noise floor stands beside p: a method that guards against a single false
    difference would leave tenfold ones undecided, where trials are few. Raises ValueError for p outside 0 to 1.
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
    found: Ratio,
    p_adjusted: float | None,
    floor: float | None,
    equal_within: float = EQUAL_WITHIN,
    rivals: tuple[str, str] = COMPARED,
) -> tuple[str, str]:
    """Who is faster, from the first rival's seconds / the second's, and the rule of vocabulary.RULES that decided it.

    Of torch and jax the first is one of vocabulary.VERDICTS. `p_adjusted` is that of the table, None for a ratio that
    stands alone; `floor` is relative, None where no twins were measured. Raises ValueError for numbers that cannot be
    what their name says.
    """
    _validate_verdict(found, p_adjusted, floor, equal_within)
    rule = _rule(found, p_adjusted, floor, equal_within)
    return (f"{rivals[found.ratio > 1]} faster" if rule == "difference" else RULES[rule]), rule


def equivalent(found: Ratio, equal_within: float) -> bool:
    """Whether the 90 % interval lies within the margin: two one-sided tests at 5 %."""
    low, high, most = found.low_90, found.high_90, 1 + equal_within
    return low is not None and high is not None and 1 / most <= low and high <= most


def _rule(found: Ratio, p_adjusted: float | None, floor: float | None, equal_within: float) -> str:
    """The first rule that applies, in the order in which they stand here."""
    if found.trials < 2:
        return "trials"
    beyond_floor = floor is not None and _beyond(found.low, found.high, floor)
    significant = p_adjusted is None or p_adjusted < LEVEL
    if beyond_floor and significant:
        return "difference"
    if equivalent(found, equal_within):
        return "equivalence"
    if not _beyond(found.low, found.high, 0.0):
        return "width"
    if floor is None:
        return "no floor"
    if beyond_floor:
        return "adjustment"
    distance = abs(math.log(found.ratio))
    return "floor" if math.log1p(equal_within) < distance <= math.log1p(floor) else "width"


def _beyond(low: float | None, high: float | None, margin: float) -> bool:
    """Whether an interval lies wholly on one side of all ratios within a relative margin."""
    return low is not None and high is not None and (low > 1 + margin or high < 1 / (1 + margin))


def further_trials(
    found: Ratio, p_adjusted: float | None, floor: float | None, equal_within: float = EQUAL_WITHIN
) -> int | None:
    """The fewest more trials that would decide an undecided ratio, if centre and scatter stayed what they are.

    Student's interval over all trials: beyond the floor, with a p that is adjusted by the factor of today's, or within
    what counts as equal. None where up to MOST_TRIALS would not do, and where there is no scatter to go by.
    """
    if found.scatter is None or found.p is None:
        return None
    trials = np.arange(found.trials + 1, MOST_TRIALS + 1)
    error, distance = found.scatter / np.sqrt(trials), abs(math.log(found.ratio))
    decided = distance + special.stdtrit(trials - 1, (1 + EQUIVALENCE) / 2) * error <= math.log1p(equal_within)
    if floor is not None:
        adjustment = p_adjusted / found.p if p_adjusted is not None and found.p > 0 else 1.0
        clear = distance - special.stdtrit(trials - 1, (1 + CONFIDENCE) / 2) * error > math.log1p(floor)
        p = 2 * special.stdtr(trials - 1, -distance / np.maximum(error, EXACT))
        decided |= clear & (p * adjustment < LEVEL)
    return int(np.argmax(decided)) + 1 if decided.any() else None


def _validate_verdict(found: Ratio, p_adjusted: float | None, floor: float | None, equal_within: float) -> None:
    positive("ratio", [found.ratio])
    if floor is not None and not 0 <= floor < math.inf:
        raise ValueError(f"floor is {floor!r}, allowed are None and numbers from 0")
    if not 0 < equal_within < math.inf:
        raise ValueError(f"equal_within is {equal_within!r}, allowed are numbers above 0")
    if p_adjusted is not None:
        _probability("p_adjusted", p_adjusted)
    for low, high in ((found.low, found.high), (found.low_90, found.high_90)):
        if low is None or high is None:
            continue
        if not 0 <= low <= found.ratio * (1 + EXACT) or not found.ratio * (1 - EXACT) <= high:
            raise ValueError(
                f"low, high are {low!r}, {high!r}, allowed are ends with the ratio {found.ratio!r} between them"
            )


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
