"""Algorithms: what compiling costs, and which transformations both frameworks differentiate."""

import pytest

from bench import vocabulary
from bench.claims import algorithms
from bench.claims.evidence import MIXED, REFUTED, SUPPORTED, Results
from bench.claims.judge import judge
from tests.bench.claims.planted import ENTRIES, FASTER, event, frame, runs


@pytest.mark.parametrize(("first", "verdict"), [(20.0, SUPPORTED), (0.1, REFUTED)])
def test_compile_efficiency_is_decided_by_the_cold_start(first, verdict):
    found = judge(ENTRIES["alg-table-compile"], Results("here", runs(FASTER, first=first)))
    assert found.verdict == verdict
    torch = found.evidence["rows"][0]["torch"]
    assert torch["cold"] == pytest.approx(0.7 + first + 0.1)
    assert torch["break_even_steps"] == pytest.approx(1 + first / 1.0, rel=0.05)


def tried(*wrong: tuple[str, str]) -> Results:
    """Every transformation right in both modes but those named, which raise when compiled and are wrong eagerly."""
    rows = []
    for framework in vocabulary.COMPARED:
        for name in (*algorithms.BASIC, "scan, forward"):
            bad = (framework, name) in wrong
            rows += [
                event("transformations", framework, f"eager.{name}", 4.0 if bad else 1e-16),
                event(
                    "transformations",
                    framework,
                    f"compiled.{name}",
                    None if bad else 1e-16,
                    outcome="raised" if bad else "ok",
                ),
            ]
    return Results("here", {"events": frame("events", rows)})


@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [
        ([], SUPPORTED),
        ([("torch", "scan, forward"), ("jax", "scan, forward")], SUPPORTED),
        ([("torch", "hessian")], MIXED),
        ([("torch", "hessian"), ("jax", "jvp")], REFUTED),
    ],
)
def test_automatic_differentiation_is_decided_by_the_transformations_that_the_claim_names(wrong, verdict):
    found = judge(ENTRIES["alg-table-autodiff"], tried(*wrong))
    assert found.verdict == verdict
    assert len(found.evidence["torch"]["wrong"]) == sum(framework == "torch" for framework, _ in wrong)
