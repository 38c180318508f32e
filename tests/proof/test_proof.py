"""The slow proofs that the clock and the statistics are right; docs/measurement.md shows their numbers."""

import math
from statistics import median

import pytest

from tests.proof import real_runs, timers

pytestmark = [pytest.mark.slow, pytest.mark.serial]


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_an_independent_timer_finds_the_same_median_within_two_percent(framework):
    turns = timers.turns(framework)
    assert min(turn["ours"] for turn in turns) >= 1e-3
    ratio = math.exp(median(math.log(turn["ours"] / turn["theirs"]) for turn in turns))
    assert ratio == pytest.approx(1, abs=0.02)


def test_a_variant_against_itself_is_rarely_called_different(tmp_path):
    ratios = real_runs.same_against_same(tmp_path, comparisons=40, trials=3)
    covered = sum((ratio.low or 0) <= 1 <= (ratio.high or math.inf) for ratio in ratios)
    assert covered >= 34  # of 40 at 95 %: fewer than 34 happen once in a hundred times


def test_three_percent_are_found_and_a_fifth_of_a_percent_is_a_tie(tmp_path):
    slow, hardly = real_runs.slowdowns(tmp_path, trials=10)
    assert slow.verdict == "jax faster"
    assert slow.ratio == pytest.approx(1.03, abs=0.015)
    assert hardly.verdict == "tie"
