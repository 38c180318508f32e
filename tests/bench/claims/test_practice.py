"""Practice: the linear regression of the text, run as it is printed."""

import json

import pytest

from bench.claims.evidence import MIXED, OPINION, REFUTED, SUPPORTED, UNMEASURED, Results
from bench.claims.judge import judge
from tests.bench.claims.planted import ENTRIES, comparisons, event, frame, installed, judged


@pytest.mark.parametrize(("ratio", "winner"), [(1.5, "jax"), (0.5, "torch")])
def test_intuition_stays_an_opinion_with_code_and_time_beside_it(ratio, winner):
    planted = comparisons([ratio] * 2, family="training", workload="linear_regression")
    code = {"linear_regression": {name: {"lines": 1, "tokens": 9, "names": 1} for name in ("torch", "jax")}}
    found = judge(ENTRIES["prac-intuitive"], Results("here", planted, code=code))
    assert (found.verdict, found.evidence["code"]) == (OPINION, code["linear_regression"])
    assert found.evidence["devices"]["cpu"][f"{winner}_faster"] == 2


@pytest.mark.parametrize(("fitted", "verdict"), [(100, SUPPORTED), (50, MIXED), (0, REFUTED)])
def test_the_share_of_starts_that_are_fitted(fitted, verdict):
    losses = json.dumps({"values": [1e-4] * fitted + [1.0] * (100 - fitted)})
    rows = [event("linear_regression_examples", "torch", "fit.least squares", 4.0)]
    rows += [
        event("linear_regression_examples", framework, f"fit.{name}", 1.0, losses)
        for framework in ("torch", "jax")
        for name in ("loss", "prediction")
    ]
    assert judged("prac-torch-linreg", *rows) == verdict


@pytest.mark.parametrize(("error", "verdict"), [(0.0, SUPPORTED), (1.0, REFUTED)])
def test_patterns_that_run_and_are_right_work(error, verdict):
    rows = [
        event("linear_regression_examples", framework, f"pattern.{name}", error)
        for framework in ("torch", "jax")
        for name in ("random module", "closed-over parameters")
    ]
    assert judged("prac-jax-linreg", *rows) == verdict


def test_what_is_installed_does_not_say_that_one_command_installs_it():
    found = judge(ENTRIES["prac-install"], Results("here", {"events": frame("events", installed())}))
    assert found.verdict == UNMEASURED
    assert found.evidence["jax"] == {"packages": 5, "bytes": 4000, "import_seconds": None}
