"""The proofs' criteria can fail: each is shown numbers that break it, and numbers that keep it."""

import math
import runpy

import numpy as np
import pytest

from bench.results import statistics
from tests.checkout import ROOT
from tests.proof import clock, duration, in_turns, neighbours, planted, replication, same, situations


def test_few_intervals_that_contain_1_are_no_proof():
    fair, unfair = [0.01, -0.01, 0.0], [0.05, 0.051, 0.049]
    pairs = [{"problem": "p", "variant": "v", "logs": fair} for _ in range(20)]
    assert all(same.criteria({"pairs": pairs}).values())
    pairs[:5] = [{"problem": "p", "variant": "v", "logs": unfair} for _ in range(5)]
    assert not any(same.criteria({"pairs": pairs}).values())


def test_as_many_intervals_as_pairs_are_no_proof_where_there_are_many():
    pairs = [{"problem": "p", "variant": "v", "logs": [0.01, -0.01, 0.0]} for _ in range(200)]
    assert not any(same.criteria({"pairs": pairs}).values())


def neighbour_rows(moved: float = 0.0, twin: float = 0.0, apart: float = 0.3):
    wave = np.array([0.01, -0.01, 0.005, -0.005, 0.0])
    return {
        "rows": [
            {
                "problem": "p",
                "load": load,
                "turns": [*(0.5 + wave + moved * place)],
                "twins": [*(wave + twin)],
                "apart": [*(0.5 + apart * wave / 0.01)],
            }
            for place, load in enumerate(neighbours.LOADS)
        ]
    }


def test_a_neighbour_that_moves_a_ratio_breaks_the_proof():
    assert all(neighbours.criteria(neighbour_rows()).values())
    assert [*neighbours.criteria(neighbour_rows(moved=0.1)).values()] == [False, True, True]
    assert [*neighbours.criteria(neighbour_rows(twin=0.1)).values()] == [True, False, True]
    assert [*neighbours.criteria(neighbour_rows(apart=0.01)).values()] == [True, True, False]


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("turns_over_alone", 1.03, [False, True, True, True]),
        ("turns_low", 1.025, [True, False, True, True]),
        ("turns_high", 0.975, [True, False, True, True]),
        ("stopped_over_none", 1.03, [True, True, False, True]),
        ("stopped_share", 0.01, [True, True, True, False]),
    ],
)
def test_what_turns_or_stopped_processes_cost_breaks_the_proof(column, value, expected):
    row = {
        "threads": 1,
        "turns_over_alone": 1.01,
        "turns_low": 1.0,
        "turns_high": 1.03,
        "stopped_over_none": 0.99,
        "stopped_share": 0.0,
    }
    assert all(in_turns.criteria({"rows": [row]}).values())
    assert [*in_turns.criteria({"rows": [row | {column: value}]}).values()] == expected


def test_a_slowdown_that_is_not_found_and_a_fault_that_is_not_caught_break_the_proof():
    slowdown = {"planted": 1.03, "trials": 5, "load": "", "expected": "jax faster", "verdict": "jax faster"}
    good = {"slowdowns": [slowdown], "faults": [{"caught": True}]}
    assert all(planted.criteria(good).values())
    assert not any(
        planted.criteria({"slowdowns": [slowdown | {"verdict": "equal"}], "faults": [{"caught": False}]}).values()
    )


def replicated(ratio: float, verdict: str = "jax faster"):
    half = replication.predicted({"ratio_low": 1.9, "ratio_high": 2.1, "trials": 3}, 3)
    assert half
    return {
        "within": abs(math.log(ratio / 2)) <= half,
        "verdicts": ["jax faster", verdict],
    }


def test_what_the_first_does_not_predict_breaks_the_proof():
    rows = [replicated(2.1) for _ in range(20)]
    assert all(replication.criteria({"rows": rows}).values())
    rows[:2] = [replicated(2.5), replicated(1.5, "torch faster")]
    assert not any(replication.criteria({"rows": rows}).values())


def test_a_prediction_is_wider_than_the_interval_by_what_the_new_trials_add():
    first = {"ratio_low": 1 / 1.1, "ratio_high": 1.1, "trials": 3}
    assert replication.predicted(first, 3) == pytest.approx(math.log(1.1) * math.sqrt(2))
    assert replication.predicted(first, 10**9) == pytest.approx(math.log(1.1))
    assert replication.predicted(first | {"ratio_low": None}, 3) is None


def test_a_prediction_holds_for_95_percent_of_new_means():
    generator = np.random.default_rng(0)
    held = 0
    for _ in range(2000):
        first, second = generator.standard_normal(3) * 0.02, generator.standard_normal(5) * 0.02
        known = statistics.paired_ratio(first)
        half = replication.predicted({"ratio_low": known.low, "ratio_high": known.high, "trials": 3}, 5)
        held += abs(second.mean() - first.mean()) <= half
    assert held / 2000 == pytest.approx(0.95, abs=0.02)


def test_a_slow_undecided_or_coarse_preset_breaks_the_proof():
    good = {
        "wall_seconds": 1000.0,
        "verdicts": {"equal": 3, "jax faster": 6, "undecided": 1},
        "floors": {"cpu": {"value": 0.01}},
    }
    assert all(duration.criteria(good).values())
    bad = {"wall_seconds": 1300.0, "verdicts": {"equal": 1, "undecided": 1}, "floors": {"cpu": {"value": 0.04}}}
    assert not any(duration.criteria(bad).values())


def test_clocks_that_disagree_break_the_proof():
    turns = [{"ours": 1.0, "theirs": 1.0}]
    assert all(clock.criteria({"turns": {"torch": turns}, "added": 0.001}).values())
    wrong = {"turns": {"torch": [{"ours": 1.05, "theirs": 1.0}]}, "added": 0.01}
    assert not any(clock.criteria(wrong).values())


@pytest.mark.parametrize(("first", "most"), [(3, 3), (5, 5), (3, 12), (5, 15)])
def test_the_simulated_intervals_are_those_of_the_tables(first, most):
    design = situations.Design(first, most)
    logs = np.random.default_rng(first).standard_normal((200, most)) * 0.05
    table = situations.stages(logs, design)
    ends = np.exp(table.centre[:, None] + table.half(0.95)[:, None] * [-1, 1])
    for row, trials, (low, high) in zip(logs, table.trials, ends, strict=True):
        found = statistics.paired_ratio(row[:first], row[first:trials])
        assert (found.low, found.high) == pytest.approx((low, high))


def test_the_second_stage_has_as_many_trials_as_its_rule_asks_for():
    design = situations.Design(3, 12)
    logs = np.random.default_rng(0).standard_normal((200, 12)) * 0.05
    trials = situations.stages(logs, design).trials
    assert {*trials} > {3, 12}
    for row, taken in zip(logs, trials, strict=True):
        asked = statistics.stein_trials(row[:3].std(ddof=1), 3, situations.HALF_WIDTH)
        assert taken in (3, min(asked, 12))


def test_the_page_is_made_of_the_numbers_that_are_kept():
    maker = runpy.run_path(str(ROOT / "docs/make_measurement.py"))
    assert maker["rendered"]() == (ROOT / "docs/measurement.md").read_text(), (
        "run python docs/make_measurement.py render"
    )


def test_a_proof_without_numbers_is_said_to_be_missing(tmp_path):
    maker = runpy.run_path(str(ROOT / "docs/make_measurement.py"))
    assert maker["rendered"](tmp_path).count("Not measured yet.") == len(maker["PROOFS"])
