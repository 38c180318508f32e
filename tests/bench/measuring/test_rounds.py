"""Rounds: everybody has a turn in each, in random order, and they end when enough is known."""

from itertools import islice

import pytest

from bench.measuring import rounds
from bench.measuring.timing import Plan

PLAN = Plan(budget_seconds=1.0, half_width=0.01, least_values=7, most_values=50)


def steady(ratio, count=20, noise=0.0):
    """Values by round of two variants that share the machine's drift."""
    one = {place: ratio * (1 + place / 10) * (1 + noise * (-1) ** place) for place in range(count)}
    return {"a": one, "b": {place: 1 + place / 10 for place in range(count)}}


def test_every_variant_has_one_turn_in_every_round():
    for order in islice(rounds.orders(["a", "b", "c"], 1), 50):
        assert sorted(order) == ["a", "b", "c"]


def test_the_order_changes_from_round_to_round_and_is_the_same_for_the_same_seed():
    first, again = (list(islice(rounds.orders(["a", "b", "c"], 1), 30)) for _ in range(2))
    assert first == again
    assert len({tuple(order) for order in first}) == 6


def test_drift_that_both_share_leaves_the_ratio_narrow():
    values = steady(1.5)
    assert rounds.half_width(values["a"], values["b"]) == pytest.approx(0, abs=1e-12)
    assert rounds.enough(values, 0.1, PLAN)


def test_rounds_go_on_while_a_ratio_is_wide_and_there_is_time():
    assert not rounds.enough(steady(1.5, noise=0.2), 0.5, PLAN)
    assert rounds.enough(steady(1.5, noise=0.2), 2.5, PLAN)


def test_three_rounds_are_taken_however_long_they_last():
    assert not rounds.enough(steady(1.5, count=2), 1000.0, PLAN)
    assert rounds.enough(steady(1.5, count=3), 1000.0, PLAN)


def test_a_variant_by_itself_is_judged_by_its_own_interval():
    assert rounds.enough({"a": dict.fromkeys(range(7), 1.0)}, 0.0, PLAN)
    assert not rounds.enough({"a": {place: 1.0 + place for place in range(7)}}, 0.0, PLAN)
