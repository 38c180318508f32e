"""Mathematics: whether both frameworks compute the same is decided by the parity gate."""

import pandas as pd
import pytest

from bench.claims.evidence import MIXED, REFUTED, SUPPORTED, UNMEASURED, Results
from bench.claims.judge import judge
from tests.bench.claims.planted import ENTRIES, errors, frame, verdict_of


def parity(passed: int, failed: int, name: str, workload: str, family: str, task: str = "") -> dict[str, pd.DataFrame]:
    rows = [
        {
            "hardware": "here",
            "family": family,
            "workload": workload,
            "task": task or f"jacobian_{place}",
            "framework": framework,
            "mode": "eager",
            "name": name,
            "against": "reference",
            "tolerance": 1e-8,
            "status": "ok" if place < passed else "mismatch",
            "error": 1e-15 if place < passed else 0.1,
        }
        for place in range(passed + failed)
        for framework in ("torch", "jax")
    ]
    return {"parity": frame("parity", rows)}


@pytest.mark.parametrize(("passed", "failed", "verdict"), [(4, 0, SUPPORTED), (0, 4, REFUTED), (2, 2, MIXED)])
def test_parity_decides_whether_both_compute_the_same(passed, failed, verdict):
    derivatives = parity(passed, failed, "jacobian.x", "linear_jacobian", "autodiff")
    assert verdict_of("math-same", Results("here", derivatives)) == verdict
    curves = parity(passed, failed, "loss", "linear_regression", "training", "train")
    assert verdict_of("prac-same-curve", Results("here", curves)) == verdict
    assert verdict_of("math-same", Results("here", curves)) == UNMEASURED


def test_the_error_of_every_workload_is_told_per_precision_and_float64_alone_decides():
    frames = {
        "parity": errors(
            ("gmm", "float64", 1e-14, 1e-8), ("vqe", "float64", 3e-13, 1e-8), ("gmm", "float32", 0.1, 1e-3)
        )
    }
    found = judge(ENTRIES["math-same"], Results("here", frames))
    assert found.verdict == SUPPORTED
    assert (found.evidence["checks"], found.evidence["derivatives"]) == (4, 4)
    assert found.evidence["errors"]["float64"]["worst"] == "vqe"
    assert found.evidence["errors"]["float32"]["workloads"] == {"gmm": 0.1}


def test_what_a_framework_does_not_offer_is_listed_and_functions_decide_nothing():
    gate = errors(("gmm", "float64", 1e-14, 1e-8))
    absent = gate[gate["framework"] == "torch"].assign(task="nth_taylor", status="unsupported", error=None)
    function = gate.assign(task="primal_complicated", status="mismatch")
    found = judge(ENTRIES["math-same"], Results("here", {"parity": pd.concat([gate, absent, function])}))
    assert found.verdict == SUPPORTED
    assert found.evidence["not_offered"] == ["gmm nth_taylor torch"]


def test_a_derivative_is_refuted_by_any_of_its_arrays():
    gate = errors(("gmm", "float64", 1.0, 1e-8))
    value = gate.assign(name="value", status="ok")
    assert verdict_of("math-same", Results("here", {"parity": pd.concat([gate, value])})) == REFUTED
