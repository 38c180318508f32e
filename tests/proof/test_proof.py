"""The slow proofs that the measurement measures right, smaller than those whose numbers docs/measurement.md shows."""

import pytest

from tests.proof import clock, in_turns, neighbours, planted, same, situations

pytestmark = [pytest.mark.slow, pytest.mark.serial]


def failures(criteria):
    """What does not hold of what has to."""
    return [text for text, holds in criteria.items() if not holds]


def test_an_independent_timer_finds_the_same_median_and_the_clock_costs_little():
    assert not failures(clock.criteria(clock.measured()))


def test_a_variant_against_itself_is_rarely_called_different(tmp_path):
    numbers = same.measured(tmp_path, same.WORKLOADS[:4], trials=6)
    assert not failures(same.criteria(numbers, groups=[3]))


def test_the_intervals_of_simulated_trials_cover_the_truth():
    assert not failures(situations.criteria(situations.measured()))


def test_a_neighbour_moves_no_ratio_and_trials_scatter_less_than_runs_one_after_the_other(tmp_path):
    assert not failures(neighbours.criteria(neighbours.measured(tmp_path, neighbours.PAIRS[:1], trials=4)))


def test_taking_turns_changes_no_median_and_a_stopped_process_costs_nothing():
    assert not failures(in_turns.criteria(in_turns.measured(in_turns.CELLS[2:7:2], threads=[1])))


# Each of test_supervisor's planted faults is a test there.
def test_planted_slowdowns_get_their_verdicts_and_planted_values_are_refused(tmp_path):
    assert not failures(planted.criteria(planted.measured(tmp_path, planted=[])))
