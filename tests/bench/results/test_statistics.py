"""Intervals cover what they promise, verdicts tell equal from unknown, and bad numbers are refused by name."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import vocabulary
from bench.results import statistics
from bench.results.statistics import Ratio
from bench.series import median, median_interval
from tests.proof.simulation import NOISES, Truth, coverage, markdown, simulate, simulate_coverage

REPETITIONS = 2000
TABLE = 40
"""Comparisons in a simulated table."""

seconds = st.floats(1e-6, 1e3)


def series(least: int = 1, most: int = 12) -> st.SearchStrategy[list[float]]:
    return st.lists(seconds, min_size=least, max_size=most)


pairs_of_rounds = st.lists(st.tuples(seconds, seconds), min_size=2, max_size=12)


def twins(truth: Truth, runs: int, count: int, generator: np.random.Generator) -> list[Ratio]:
    """A/A ratios of `count` variants, with rounds."""
    rounds = range(runs)
    return [
        statistics.ratio(a, b, rounds, rounds) for a, b in zip(*simulate(truth, runs, count, generator), strict=True)
    ]


def holds(low: float | None, high: float | None, truth: float) -> bool:
    """Whether an interval, which must exist, contains the truth."""
    assert low is not None
    assert high is not None
    return low <= truth <= high


def verdicts(ratios: list[Ratio], floor: float | None) -> list[str]:
    """What a table of these comparisons says."""
    adjusted = statistics.adjust([each.p for each in ratios])
    return [statistics.verdict(each, p, floor)[0] for each, p in zip(ratios, adjusted, strict=True)]


def floor_of(ratios: list[Ratio]) -> float:
    """The noise floor that these twins tell."""
    found = statistics.noise_floor(ratios)
    assert found is not None
    return found.value


# --- calibration ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drift", [0.0, 0.005, 0.02])
@pytest.mark.parametrize("runs", [3, 5, 10, 20])
@pytest.mark.parametrize("noise", NOISES)
def test_the_interval_of_a_ratio_covers_the_truth_in_93_to_97_5_percent(noise, runs, drift, record_property):
    row = coverage(Truth(noise=noise, drift=drift, effect=0.03), runs, REPETITIONS, seed=runs + round(1e4 * drift))[0]
    record_property("coverage", float(row.coverage))
    assert 0.93 <= row.coverage <= 0.975, row


def test_half_widths_are_those_that_the_number_of_runs_promises():
    widths = {runs: coverage(Truth(), runs, REPETITIONS, seed=5)[0].half_width for runs in (3, 5, 10, 20)}
    assert widths == pytest.approx({3: 0.031, 5: 0.019, 10: 0.012, 20: 0.008}, rel=0.06)


def test_where_rounds_share_a_drift_pairing_is_chosen_and_narrower():
    rule, welch, _, _ = coverage(Truth(drift=0.03), 10, 500, seed=2)
    assert rule.paired > 0.9
    assert rule.half_width < 0.5 * welch.half_width


def test_taking_the_narrower_interval_would_cover_less_than_the_rule_does():
    rows = [row for runs in (4, 5, 7) for row in coverage(Truth(), runs, REPETITIONS, seed=runs)]
    shares = {name: np.mean([row.coverage for row in rows if row.method == name]) for name in ("rule", "tighter")}
    assert shares["tighter"] < 0.938 < 0.94 < shares["rule"]


@pytest.mark.parametrize(("runs_a", "runs_b", "noisier"), [(3, 10, 1), (10, 3, 3), (5, 5, 3), (5, 20, 3)])
def test_unequal_noise_and_unequal_numbers_of_runs_keep_the_coverage(runs_a, runs_b, noisier):
    generator = np.random.default_rng(runs_a + runs_b)
    a = np.exp(0.01 * noisier * generator.standard_normal((REPETITIONS, runs_a)))
    b = np.exp(0.01 * generator.standard_normal((REPETITIONS, runs_b)))
    ratios = [statistics.ratio(x, y, range(runs_a), range(runs_b)) for x, y in zip(a, b, strict=True)]
    covered = np.mean([holds(r.low, r.high, 1) for r in ratios])
    assert 0.93 <= covered <= 0.975


def test_the_interval_of_a_cell_covers_the_truth():
    runs = np.exp(0.01 * np.random.default_rng(0).standard_normal((REPETITIONS, 5)))
    covered = np.mean([holds(low, high, 1) for _, low, high in map(statistics.interval, runs)])
    assert 0.935 <= covered <= 0.965


def test_the_table_of_the_simulation_can_be_printed():
    rows = simulate_coverage(noises=["normal"], runs=[3, 5], drifts=[0.0], repetitions=50)
    lines = markdown(rows).splitlines()
    assert len(lines) == 2 + len(rows) == 10
    assert lines[2].startswith("| rule | normal | 0 | 3 | ")


# --- A/A and planted differences --------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("runs", [3, 10])
def test_of_a_variant_compared_with_itself_nobody_is_faster(noise, runs):
    generator = np.random.default_rng(runs)
    truth = Truth(noise=noise, drift=0.005)
    contained, wrong = [], []
    for _ in range(100):
        ratios = twins(truth, runs, TABLE, generator)
        contained += [holds(r.low, r.high, 1) for r in ratios]
        wrong.append(not set(verdicts(ratios, floor_of(twins(truth, runs, 12, generator)))) <= {"equal", "undecided"})
    assert 0.93 <= np.mean(contained) <= 0.975
    assert np.mean(wrong) <= 0.1  # of the tables, not of their rows


def judged(truth: Truth, others: int, repetitions: int, seed: int) -> list[str]:
    """What is said of a planted difference, measured with 10 runs, in a table with `others` A/A comparisons."""
    generator = np.random.default_rng(seed)
    equal = replace(truth, effect=0.0)
    said = []
    for _ in range(repetitions):
        floor = floor_of(twins(equal, 10, 12, generator))
        said.append(verdicts(twins(truth, 10, 1, generator) + twins(equal, 10, others, generator), floor)[0])
    return said


@pytest.mark.parametrize(("others", "power"), [(0, 0.9), (TABLE - 1, 0.8)])
@pytest.mark.parametrize("noise", NOISES)
def test_a_planted_slowdown_of_3_percent_is_found_with_10_runs(noise, others, power, record_property):
    said = judged(Truth(noise=noise, effect=0.03), others, 200, seed=3)
    record_property("power", said.count("jax faster") / len(said))
    assert said.count("jax faster") >= power * len(said), said.count("jax faster")
    assert "torch faster" not in said


@pytest.mark.parametrize("others", [0, TABLE - 1])
def test_a_planted_slowdown_of_0_2_percent_is_equal(others):
    said = judged(Truth(effect=0.002), others, 300, seed=4)
    assert said.count("equal") >= 0.98 * len(said), said.count("equal")


def test_a_planted_slowdown_of_0_2_percent_is_equal_even_on_a_silent_machine():
    assert set(judged(Truth(between=1e-4, within=3e-4, effect=0.002), 0, 300, seed=5)) == {"equal"}


def test_a_difference_at_the_edge_of_what_counts_as_equal_is_called_equal_in_at_most_one_of_twenty():
    generator = np.random.default_rng(7)
    logs = np.log1p(statistics.EQUAL_WITHIN) + 0.02 * generator.standard_normal((REPETITIONS, 5))
    said = [statistics.verdict(statistics.paired_ratio(row), None, 0.1)[0] for row in logs]
    assert 0.03 <= said.count("equal") / len(said) <= 0.06


# --- noise floor ------------------------------------------------------------------------------------------------------


def planted_twins(systematic: float, sampling: float, trials: int, generator: np.random.Generator) -> list[Ratio]:
    """Thirteen twins that differ systematically, each with a scatter of its own."""
    errors = sampling * np.exp(0.7 * generator.standard_normal(13))
    return [
        statistics.paired_ratio(
            systematic * generator.standard_normal() + error * math.sqrt(trials) * generator.standard_normal(trials)
        )
        for error in errors
    ]


@pytest.mark.parametrize("trials", [3, 5])
@pytest.mark.parametrize(("sampling", "smallest"), [(0.002, 0.95), (0.005, 0.65), (0.01, 0.5)])
def test_sampling_noise_alone_leaves_the_floor_at_the_smallest(trials, sampling, smallest):
    generator = np.random.default_rng(trials)
    found = [floor_of(planted_twins(0.0, sampling, trials, generator)) for _ in range(300)]
    assert np.mean(np.array(found) == statistics.SMALLEST_FLOOR) >= smallest
    assert np.median(found) == statistics.SMALLEST_FLOOR


@pytest.mark.parametrize("trials", [3, 5])
@pytest.mark.parametrize("sampling", [0.005, 0.01, 0.03])
def test_a_systematic_difference_between_twins_is_the_floor_whatever_the_sampling_noise(trials, sampling):
    generator = np.random.default_rng(trials)
    found = [statistics.noise_floor(planted_twins(0.03, sampling, trials, generator)) for _ in range(300)]
    truth = math.expm1(1.96 * 0.03)
    assert np.median([each.value for each in found if each]) == pytest.approx(truth, rel=0.12)
    assert np.mean([holds(each.low, each.high, truth) for each in found if each]) >= 0.95


def test_one_bad_twin_of_ten_does_not_rule_the_floor():
    quiet = [statistics.paired_ratio([0.001, -0.001, 0.0005]) for _ in range(9)]
    bad = statistics.paired_ratio([0.4, 0.41, 0.405])
    assert floor_of([*quiet, bad]) == statistics.SMALLEST_FLOOR


def test_the_floor_tells_how_many_twins_there_are_and_how_many_intervals_contain_1():
    twin, off = statistics.paired_ratio([0.01, -0.01, 0.005]), statistics.paired_ratio([0.4, 0.41, 0.405])
    few = statistics.noise_floor([twin, off, statistics.paired_ratio([0.1])])
    assert few is not None
    assert (few.twins, few.covered, few.low, few.high) == (2, 1, None, None)
    many = statistics.noise_floor([twin] * 5 + [off])
    assert many is not None
    assert (many.twins, many.covered, many.low) == (6, 5, statistics.SMALLEST_FLOOR)
    assert many.high == pytest.approx(math.exp(1.96 * 0.405 / 0.6745) - 1, rel=1e-3)


def test_without_a_twin_that_has_an_interval_the_noise_floor_is_unknown():
    assert statistics.noise_floor([]) is None
    assert statistics.noise_floor([statistics.ratio([1.0], [1.1])]) is None


# --- two stages -------------------------------------------------------------------------------------------------------


def two_stages(logs: np.ndarray, first: int, half_width: float) -> Ratio:
    """The ratio that the two-stage rule makes of a long series of trials, of which it takes as many as it wants."""
    wanted = statistics.stein_trials(float(logs[:first].std(ddof=1)), first, half_width)
    return statistics.paired_ratio(logs[:first], logs[first:wanted])


@pytest.mark.parametrize("scatter", [0.01, 0.03, 0.1])
@pytest.mark.parametrize("first", [3, 5])
def test_the_interval_of_two_stages_covers_and_is_mostly_as_narrow_as_wanted(first, scatter):
    generator = np.random.default_rng(first)
    logs = 0.2 + scatter * generator.standard_normal((REPETITIONS, 1000))
    found = [two_stages(row, first, 0.03) for row in logs]
    assert 0.935 <= np.mean([holds(each.low, each.high, math.exp(0.2)) for each in found]) <= 0.985
    bounded = [each for each in found if each.low and each.high and each.trials < 1000]
    halves = [math.log(each.high / each.low) / 2 for each in bounded if each.low and each.high]
    assert median(halves) <= 0.03 + 1e-9
    assert np.quantile(halves, 0.95) <= 0.06
    assert {each.method for each in found} <= {"paired", "stein"}


def test_of_two_stages_the_scatter_is_that_of_the_first_and_the_centre_that_of_all():
    first, second = np.array([0.1, 0.2, 0.3]), np.array([0.0, 0.9])
    found = statistics.two_stage(first, second)
    assert (found.centre, found.error, found.degrees) == pytest.approx((0.3, 0.1 / math.sqrt(5), 2))


def test_a_first_stage_that_was_quiet_by_chance_does_not_make_the_interval_narrow():
    quiet, loud = [0.1, 0.1001, 0.0999], [0.3, -0.1, 0.2]
    found, over_all = statistics.paired_ratio(quiet, loud), statistics.paired_ratio([*quiet, *loud])
    assert (found.low, found.high) == (over_all.low, over_all.high)
    assert statistics.paired_ratio(loud, quiet).error == pytest.approx(
        statistics.two_stage(*map(np.array, (loud, quiet))).error
    )


def test_a_first_stage_of_one_trial_has_no_scatter_and_all_trials_count_alike():
    found = statistics.paired_ratio([0.1], [0.2, 0.3])
    assert (found.method, found.trials, found.degrees) == ("paired", 3, 2)
    assert found.error == pytest.approx(0.1 / math.sqrt(3))


def test_the_second_stage_is_what_stein_wants_and_never_smaller_than_the_first():
    assert statistics.stein_trials(0.03, 3, 0.03) == math.ceil(4.302653**2)
    assert statistics.stein_trials(0.0, 3, 0.03) == 3


# --- ratios -----------------------------------------------------------------------------------------------------------


def test_welch_and_paired_ratios_are_those_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    generator = np.random.default_rng(0)
    a, b = np.exp(generator.normal(0.1, 0.02, 6)), np.exp(generator.normal(0, 0.05, 9))
    free = statistics.ratio(a, b)
    expected = stats.ttest_ind(np.log(a), np.log(b), equal_var=False)
    assert free.method == "welch"
    assert (free.p, free.degrees) == pytest.approx((expected.pvalue, expected.df))
    assert (free.low, free.high) == pytest.approx(tuple(np.exp(expected.confidence_interval())))
    shared = np.exp(generator.normal(0, 0.3, 6))
    paired = statistics.ratio(a * shared, b[:6] * shared, range(6), range(6))
    expected = stats.ttest_rel(np.log(a * shared), np.log(b[:6] * shared))
    assert paired.method == "paired"
    assert paired.p == pytest.approx(expected.pvalue)
    assert (paired.low, paired.high) == pytest.approx(tuple(np.exp(expected.confidence_interval())))


def test_runs_are_paired_by_their_round_and_not_by_their_place():
    a, b = [1.0, 2.0, 3.0, 4.0, 5.1], [3.1, 1.0, 2.1, 5.0, 4.0]
    result = statistics.ratio(a, b, [0, 1, 2, 3, 4], [2, 0, 1, 4, 3])
    assert result.method == "paired"
    assert statistics.ratio(a, b, [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]).method == "welch"


@pytest.mark.parametrize(
    ("rounds_a", "rounds_b"),
    [(None, None), ([0, 1, 2, 3], None), ([0, 1, 2, 3], [2, 3, 4, 5]), ([0, 1, 2, 3], [4, 5, 6, 7])],
)
def test_without_enough_common_rounds_nothing_is_paired(rounds_a, rounds_b):
    assert statistics.ratio([1, 2, 3, 4], [1, 2.1, 3, 4.1], rounds_a, rounds_b).method == "welch"


def test_a_single_run_has_a_ratio_and_no_interval():
    result = statistics.ratio([2.0], [1.0, 1.1])
    assert result.ratio == pytest.approx(2 / math.sqrt(1.1))
    assert (result.low, result.high, result.p, result.method) == (None, None, None, None)
    assert statistics.interval([2.0]) == pytest.approx((2.0, None, None))
    assert statistics.geometric_mean([2.0]) == pytest.approx((2.0, None, None))


def test_runs_without_any_scatter_have_an_interval_without_width():
    equal, different = statistics.ratio([0.1] * 3, [0.1] * 3), statistics.ratio([0.2] * 3, [0.1] * 3)
    assert (equal.low, equal.high, equal.p) == (1, 1, 1)
    assert (different.low, different.high, different.p) == pytest.approx((2, 2, 0))


def test_an_interval_too_wide_to_say_anything_is_not_given():
    assert statistics.interval([1e-3, 1e3])[1:] == (None, None)
    result = statistics.ratio([1e-3, 1e3], [1e-3, 1e3])
    assert (result.low, result.high, result.p) == pytest.approx((None, None, 1))


@settings(max_examples=200, deadline=None)
@given(pairs_of_rounds)
def test_swapping_the_sides_inverts_the_ratio(pairs):
    a, b = zip(*pairs, strict=True)
    rounds = range(len(a))
    there, back = statistics.ratio(a, b, rounds, rounds), statistics.ratio(b, a, rounds, rounds)
    assert there.ratio * back.ratio == pytest.approx(1)
    assert there.method == back.method
    assert there.p == pytest.approx(back.p, rel=1e-6, abs=1e-12)
    assert (there.low is None) == (back.high is None)
    if there.low is not None and there.high is not None and back.low is not None and back.high is not None:
        assert there.low * back.high == pytest.approx(1)
        assert there.high * back.low == pytest.approx(1)


@settings(max_examples=200, deadline=None)
@given(series(2), series(2), st.integers(-20, 20))
def test_the_unit_of_time_changes_no_ratio(a, b, power):
    scale = 2.0**power
    plain = statistics.ratio(a, b)
    scaled = statistics.ratio([scale * x for x in a], [scale * x for x in b])
    assert scaled.ratio == pytest.approx(plain.ratio, rel=1e-9)
    assert scaled.p == pytest.approx(plain.p, rel=1e-3, abs=1e-9)
    assert (scaled.low is None) == (plain.low is None)
    if plain.low is not None and plain.high is not None:
        assert (scaled.low, scaled.high) == pytest.approx((plain.low, plain.high), rel=1e-6)


@settings(max_examples=200, deadline=None)
@given(pairs_of_rounds)
def test_an_interval_contains_its_centre(pairs):
    a, b = zip(*pairs, strict=True)
    result = statistics.ratio(a, b, range(len(a)), range(len(b)))
    for centre, low, high in [(result.ratio, result.low, result.high), statistics.interval(a)]:
        if low is not None and high is not None:
            assert low <= centre * (1 + 1e-12)
            assert high >= centre * (1 - 1e-12)
    low, high = median_interval(a)
    if low is not None and high is not None:
        assert low <= median(a) <= high


@settings(max_examples=200, deadline=None)
@given(pairs_of_rounds)
def test_an_interval_excludes_1_exactly_if_p_is_below_5_percent(pairs):
    a, b = zip(*pairs, strict=True)
    result = statistics.ratio(a, b, range(len(a)), range(len(b)))
    if result.low is not None and result.high is not None and result.p is not None and abs(result.p - 0.05) > 1e-9:
        assert (result.low > 1 or result.high < 1) == (result.p < 0.05) or result.error == 0


def test_the_geometric_mean_of_a_ratio_and_its_inverse_is_1():
    mean, low, high = statistics.geometric_mean([2, 0.5, 4, 0.25])
    assert mean == pytest.approx(1)
    assert low is not None
    assert high is not None
    assert low * high == pytest.approx(1)
    logs = np.log([2, 0.5, 4, 0.25])
    assert math.log(high) == pytest.approx(3.182446 * logs.std(ddof=1) / 2, rel=1e-6)


# --- many comparisons, verdicts ---------------------------------------------------------------------------------------


def test_adjusting_agrees_with_an_example_worked_by_hand():
    # ordered 0.005·4/1 = 0.02, 0.01·4/2 = 0.02, 0.03·4/3 = 0.04, 0.04·4/4 = 0.04
    assert statistics.adjust([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_a_missing_p_stays_missing_and_does_not_count():
    assert statistics.adjust([None, 0.02, None, 0.04]) == [None, 0.04, None, 0.04]
    assert statistics.adjust([None]) == [None]
    assert statistics.adjust([]) == []


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=20))
def test_adjusting_raises_no_p_above_1_lowers_none_and_keeps_the_order(p_values):
    adjusted = statistics.adjust(p_values)
    assert all(p * (1 - 1e-12) <= q <= 1 for p, q in zip(p_values, adjusted, strict=True) if q is not None)
    order = np.argsort(p_values, kind="stable")
    assert all(np.diff(np.array(adjusted, dtype=float)[order]) >= 0)


def told(ratio: float, half_width: float, trials: int = 5) -> Ratio:
    """A ratio with a relative half-width of its 95 % interval, and a narrower one of 90 %."""
    wide, narrow = 1 + half_width, 1 + 0.77 * half_width
    return Ratio(ratio, ratio / wide, ratio * wide, ratio / narrow, ratio * narrow, trials=trials)


@pytest.mark.parametrize(
    ("found", "p", "floor", "expected"),
    [
        (told(1.10, 0.02), 0.001, 0.02, ("jax faster", "difference")),
        (told(0.90, 0.02), 0.001, 0.02, ("torch faster", "difference")),
        (told(1.04, 0.01), 0.001, 0.02, ("jax faster", "difference")),
        (told(1.03, 0.02), 0.001, 0.02, ("equal", "equivalence")),  # not beyond the floor, and within 5 %
        (told(1.00, 0.04), 0.900, 0.02, ("equal", "equivalence")),
        (told(1.00, 0.04), 0.900, None, ("equal", "equivalence")),
        (told(1.00, 0.08), 0.900, 0.02, ("undecided", "width")),
        (told(1.10, 0.09), 0.001, 0.02, ("undecided", "width")),
        (told(1.10, 0.02), 0.001, None, ("undecided", "no floor")),
        (told(1.10, 0.02), 0.050, 0.02, ("undecided", "adjustment")),
        (told(1.10, 0.02), 0.001, 0.12, ("undecided", "floor")),
        (told(0.90, 0.02), 0.001, 0.12, ("undecided", "floor")),
        (told(1.04, 0.03), 0.001, 0.06, ("undecided", "width")),  # more trials would show that both are equal
        (Ratio(1.05), None, 0.02, ("undecided", "trials")),
        (statistics.ratio([1e-3, 1e3], [1e-3, 1e3]), 1.0, 0.02, ("undecided", "width")),
    ],
)
def test_a_verdict_names_the_rule_that_decided_it(found, p, floor, expected):
    assert statistics.verdict(found, p, floor) == expected
    assert expected[0] in vocabulary.VERDICTS
    assert vocabulary.RULES[expected[1]] in (expected[0], "faster")


def test_what_counts_as_equal_is_what_the_user_says():
    assert statistics.verdict(told(1.0, 0.04), 0.9, 0.02, equal_within=0.01) == ("undecided", "width")
    assert statistics.verdict(told(1.0, 0.2), 0.9, 0.02, equal_within=0.5) == ("equal", "equivalence")


def test_the_jackknife_of_a_mean_is_students():
    logs = np.array([0.1, 0.3, 0.2, 0.7])
    plain = statistics.paired_ratio(logs)
    jackknifed = statistics.jackknifed(plain, [math.exp(np.delete(logs, place).mean()) for place in range(4)])
    for name in ("ratio", "low", "high", "low_90", "high_90", "p", "trials", "scatter", "error", "degrees"):
        assert getattr(jackknifed, name) == pytest.approx(getattr(plain, name))


# --- how many more trials ---------------------------------------------------------------------------------------------


def continued(found: Ratio, trials: int) -> Ratio:
    """The ratio with the same centre and scatter over more trials."""
    deviations = np.resize([1.0, -1.0], trials) if trials % 2 == 0 else np.append(np.resize([1.0, -1.0], trials - 1), 0)
    deviations *= (found.scatter or 0) / deviations.std(ddof=1)
    return statistics.paired_ratio(math.log(found.ratio) + deviations)


@pytest.mark.parametrize(("centre", "scatter"), [(0.1, 0.1), (0.03, 0.05), (0.0, 0.05), (-0.08, 0.2)])
def test_so_many_more_trials_decide_and_one_fewer_does_not(centre, scatter):
    found = continued(Ratio(math.exp(centre), scatter=scatter), 3)
    assert statistics.verdict(found, found.p, 0.01)[0] == "undecided"
    more = statistics.further_trials(found, found.p, 0.01)
    assert more is not None
    enough, fewer = continued(found, 3 + more), continued(found, 2 + more)
    assert statistics.verdict(enough, enough.p, 0.01)[0] != "undecided"
    assert statistics.verdict(fewer, fewer.p, 0.01)[0] == "undecided"


def test_an_adjusted_p_needs_more_trials_than_a_single_one():
    found = continued(Ratio(math.exp(0.1), scatter=0.1), 3)
    assert found.p is not None
    alone, adjusted = (statistics.further_trials(found, p, 0.01) for p in (found.p, min(1.0, 5 * found.p)))
    assert alone is not None
    assert adjusted is not None
    assert adjusted > alone


def test_where_no_number_of_trials_would_decide_none_is_told():
    assert statistics.further_trials(continued(Ratio(1.08, scatter=0.05), 5), 0.04, 0.1) is None  # within the floor
    assert statistics.further_trials(continued(Ratio(1.0, scatter=5.0), 5), 1.0, 0.01) is None
    assert statistics.further_trials(Ratio(1.1), None, 0.01) is None


def test_a_standard_grid_is_compared_in_less_than_10_seconds():
    generator = np.random.default_rng(0)
    a, b = simulate(Truth(), 10, 2000, generator)
    start = time.process_time()
    for runs in a:
        statistics.interval(runs.tolist())
    rounds = list(range(10))
    ratios = [statistics.ratio(x.tolist(), y.tolist(), rounds, rounds) for x, y in zip(a, b, strict=True)]
    verdicts(ratios, floor_of(ratios[:40]))
    assert time.process_time() - start < 5


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: statistics.interval([1.0, 0.0]), ["run_medians[1]", "0.0", "1e-100"]),
        (lambda: statistics.interval([1.0, math.inf]), ["run_medians[1]", "inf", "1e+100"]),
        (lambda: statistics.geometric_mean([-1.0]), ["ratios[0]", "-1.0", "1e-100"]),
        (lambda: statistics.ratio([1.0], [math.nan]), ["runs_b[0]", "nan", "1e-100"]),
        (lambda: statistics.ratio([1.0, 2.0], [1.0], [0], [0]), ["rounds_a", "[0]", "2 different"]),
        (lambda: statistics.ratio([1.0], [1.0, 2.0], [0], [3, 3]), ["rounds_b", "[3, 3]", "2 different"]),
        (lambda: statistics.stein_trials(0.1, 1, 0.1), ["first", "1", "from 2"]),
        (lambda: statistics.stein_trials(math.nan, 3, 0.1), ["scatter", "nan", "from 0"]),
        (lambda: statistics.adjust([0.5, 1.5]), ["p_values[1]", "1.5", "0 to 1"]),
        (lambda: statistics.adjust([math.nan]), ["p_values[0]", "nan", "0 to 1"]),
        (lambda: statistics.verdict(Ratio(0), None, None), ["ratio[0]", "0.0", "1e-100"]),
        (lambda: statistics.verdict(Ratio(2, 3, 4), 0.1, 0.1), ["low, high", "3, 4", "between"]),
        (lambda: statistics.verdict(Ratio(2, 1.5, math.nan), 0.1, 0.1), ["low, high", "nan", "between"]),
        (lambda: statistics.verdict(Ratio(2, 1, 4), 0.1, math.nan), ["floor", "nan", "from 0"]),
        (lambda: statistics.verdict(Ratio(2, 1.5, 4), 1.1, 0.1), ["p_adjusted", "1.1", "0 to 1"]),
        (lambda: statistics.verdict(Ratio(2, 1.5, 4), 0.1, 0.1, 0.0), ["equal_within", "0.0", "above 0"]),
    ],
)
def test_a_bad_number_is_refused_with_its_name_its_value_and_what_is_allowed(call, words):
    with pytest.raises(ValueError, match="allowed") as caught:
        call()
    assert all(word in str(caught.value) for word in words), caught.value
