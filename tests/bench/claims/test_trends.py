"""Trends: training at many learning rates at once, and explanations that agree."""

import pytest

from bench.claims.evidence import FORECAST, MIXED, REFUTED, SUPPORTED, UNDECIDED, UNMEASURED, Results
from bench.claims.judge import judge
from tests.bench.claims.planted import ENTRIES, event, explained, frame, rates, timed, verdict_of


@pytest.mark.parametrize(
    ("torch", "jax", "verdict"), [(4.0, 3.0, SUPPORTED), (0.5, 0.9, REFUTED), (1.0, 1.0, REFUTED), (4.0, 0.5, MIXED)]
)
def test_training_at_once_is_judged_against_a_loop_in_both_frameworks(torch, jax, verdict):
    assert verdict_of("trend-automl", rates(torch, jax)) == verdict


def test_training_at_once_in_single_runs_or_one_framework_decides_nothing():
    assert verdict_of("trend-automl", rates(4.0, 4.0, runs=1)) == UNDECIDED
    alone = timed("training", {("learning_rates", task, "jax", "jit"): 1.0 for task in ("together", "loop")})
    assert verdict_of("trend-automl", Results("here", {"runs": alone})) == UNMEASURED


@pytest.mark.parametrize(
    ("torch", "jax", "verdict"), [("ok", "ok", SUPPORTED), ("mismatch", "mismatch", REFUTED), ("ok", "mismatch", MIXED)]
)
def test_explanations_are_judged_by_their_agreement(torch, jax, verdict):
    found = judge(ENTRIES["trend-explain"], explained(("torch", torch), ("jax", jax)))
    assert found.verdict == verdict
    assert found.evidence["completeness"] == {"torch": 2e-4, "jax": 2e-4}


def test_an_explanation_of_one_framework_agrees_with_nothing():
    assert verdict_of("trend-explain", explained(("torch", "ok"))) == UNMEASURED


def test_a_forecast_is_called_one_and_tells_what_there_is_today():
    rows = [
        event("packages", framework, name, text="today")
        for framework in ("torch", "jax")
        for name in ("version", "wheel", "backends", "devices")
    ]
    found = judge(ENTRIES["trend-platforms"], Results("here", {"events": frame("events", rows)}))
    assert (found.verdict, found.evidence["today"]["jax"]["wheel"]) == (FORECAST, "today")
    assert verdict_of("trend-platforms", Results("here", {})) == UNMEASURED
