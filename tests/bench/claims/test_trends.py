"""Trends: training at many learning rates at once, and explanations that agree."""

import pytest

from bench.claims.evidence import FORECAST, MIXED, OPINION, REFUTED, SUPPORTED, UNDECIDED, UNMEASURED, Results
from bench.claims.judge import judge
from tests.bench.claims.planted import ENTRIES, event, explained, frame, judged, quantised, rates, timed


@pytest.mark.parametrize(("ratio", "counts"), [(4.0, (1, 0, 0)), (0.5, (0, 1, 0)), (1.0, (0, 1, 0))])
def test_training_at_once_is_told_against_a_loop_in_both_frameworks(ratio, counts):
    found = judge(ENTRIES["trend-automl"], rates(ratio, 4.0))
    assert found.verdict == FORECAST
    torch, jax = (found.evidence["frameworks"][name] for name in ("torch", "jax"))
    assert (torch["for"], torch["against"], torch["undecided"]) == counts
    assert jax["for"] == 1


def test_training_at_once_in_single_runs_tells_nothing_and_one_framework_is_not_told():
    found = judge(ENTRIES["trend-automl"], rates(4.0, 4.0, runs=1))
    assert [found.evidence["frameworks"][name]["undecided"] for name in ("torch", "jax")] == [1, 1]
    alone = timed("training", {("learning_rates", task, "jax", "jit"): 1.0 for task in ("together", "loop")})
    assert judge(ENTRIES["trend-automl"], Results("here", {"runs": alone})).evidence == {}


@pytest.mark.parametrize(
    ("torch", "jax", "passed"), [("ok", "ok", 2), ("mismatch", "mismatch", 0), ("ok", "mismatch", 1)]
)
def test_explanations_are_told_with_their_agreement(torch, jax, passed):
    found = judge(ENTRIES["trend-explain"], explained(("torch", torch), ("jax", jax)))
    assert (found.verdict, found.evidence["checks"], found.evidence["passed"]) == (OPINION, 2, passed)
    assert found.evidence["completeness"] == {"torch": 2e-4, "jax": 2e-4}


def test_an_explanation_of_one_framework_is_held_against_nothing():
    assert judge(ENTRIES["trend-explain"], explained(("torch", "ok"))).evidence == {}


def test_a_forecast_is_called_one_and_tells_what_there_is_today():
    rows = [
        event("packages", framework, name, text="today")
        for framework in ("torch", "jax")
        for name in ("version", "wheel", "backends", "devices")
    ]
    found = judge(ENTRIES["trend-platforms"], Results("here", {"events": frame("events", rows)}))
    assert (found.verdict, found.evidence["today"]["jax"]["wheel"]) == (FORECAST, "today")


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        ({}, SUPPORTED),
        ({"one": 0.5}, MIXED),
        ({"one": 1.0, "many": 1.0}, MIXED),
        ({"one": 0.5, "many": 0.5, "size": 4000.0, "right": 0.9}, REFUTED),
        ({"right": 0.93}, MIXED),
        ({"right": 0.955}, SUPPORTED),
        ({"size": 2100.0}, MIXED),
        ({"scatter": 0.9, "one": 1.05, "many": 1.05}, UNDECIDED),
        ({"scatter": 0.9, "one": 1.05}, UNDECIDED),
        ({"scatter": 0.9, "one": 1.05, "right": 0.5}, MIXED),
    ],
)
def test_int8_has_to_be_smaller_as_accurate_and_faster(case, verdict):
    assert judged("trend-compression", *quantised("torch", **case), *quantised("jax", **case)) == verdict


def test_frameworks_that_disagree_on_int8_make_it_mixed():
    assert judged("trend-compression", *quantised("torch"), *quantised("jax", one=0.5)) == MIXED


@pytest.mark.parametrize("broken", ["product", "logits.int8", "logits.float32"])
def test_int8_that_computes_something_else_decides_nothing(broken):
    rows = [*quantised("torch"), *quantised("jax")]
    rows = [row | ({"outcome": "raised", "value": None} if row["name"] == broken else {}) for row in rows]
    assert judged("trend-compression", *rows) == UNMEASURED


def test_the_fastest_way_of_each_precision_is_compared():
    slow = event("quantisation", "torch", "seconds.one.float32.eager", 9.0, '{"values": [9.0, 9.0, 9.0]}')
    rows = [slow, *quantised("torch"), *quantised("jax")]
    found = judge(ENTRIES["trend-compression"], Results("here", {"events": frame("events", rows)}))
    assert found.evidence["frameworks"]["torch"]["times"]["one"]["float32"]["way"] == "float32.compiled"
    assert found.evidence["frameworks"]["torch"]["times"]["one"]["ratio"] == pytest.approx(2.0)
