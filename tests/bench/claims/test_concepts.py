"""Core concepts: compiled against eager, calls of a jitted function, functions found by name."""

import pandas as pd
import pytest

from bench.claims.evidence import MIXED, REFUTED, SUPPORTED, UNDECIDED, UNMEASURED, Results
from bench.claims.judge import judge
from tests.bench.claims.planted import ENTRIES, FASTER, SLOWER, event, judged, runs, verdict_of

DISAGREEING = {("torch", "eager"): 1.0, ("torch", "compile"): 2.0, ("jax", "eager"): 3.0, ("jax", "jit"): 1.0}


@pytest.mark.parametrize("identity", ["core-static-faster", "core-static-inference"])
@pytest.mark.parametrize(("planted", "verdict"), [(FASTER, SUPPORTED), (SLOWER, REFUTED), (DISAGREEING, MIXED)])
def test_compiled_against_eager(identity, planted, verdict):
    found = judge(ENTRIES[identity], Results("here", runs(planted)))
    assert found.verdict == verdict
    assert set(found.evidence["frameworks"]) == {"torch", "jax"}


def test_a_step_that_tells_what_a_call_costs_says_nothing_of_compiling():
    short = {variant: 1e-5 * seconds for variant, seconds in FASTER.items()}
    found = judge(ENTRIES["core-static-faster"], Results("here", runs(short)))
    assert (found.verdict, found.evidence["frameworks"]["torch"]["devices"]["cpu"]["calls"]) == (UNMEASURED, 5)


def test_training_steps_say_nothing_of_inference():
    assert verdict_of("core-static-inference", Results("here", runs(FASTER, task="train"))) == UNMEASURED


def test_compiled_against_eager_needs_more_than_one_run():
    found = judge(ENTRIES["core-static-faster"], Results("here", runs(FASTER, count=1)))
    assert (found.verdict, found.evidence["reason"]) == (UNDECIDED, "single runs have no interval")


@pytest.mark.parametrize(("ends", "verdict"), [(FASTER, SUPPORTED), (SLOWER, MIXED)])
def test_inference_counts_both_ends_of_the_curves_over_the_batch(ends, verdict):
    usual, middle = runs(FASTER), runs(SLOWER, problems=2)["runs"].assign(size="batch-32")
    points = [runs(ends, problems=2)["runs"].assign(size=f"batch-{size}") for size in (1, 256)]
    planted = usual | {"runs": pd.concat([usual["runs"], middle, *points], ignore_index=True)}
    found = judge(ENTRIES["core-static-inference"], Results("here", planted))
    assert found.verdict == verdict
    faster = 2 if ends is FASTER else 0
    assert found.evidence["batches"] == {
        end: {name: {"comparisons": 2, "compiled_faster": faster} for name in ("torch", "jax")}
        for end in ("smallest", "largest")
    }
    assert judge(ENTRIES["core-static-inference"], Results("here", usual)).evidence["batches"] == {}


def variants(one, many):
    """Seconds of a step in a call of its own and of one of many, in both frameworks."""
    return {("torch", "compile"): one, ("torch", "many"): many, ("jax", "jit"): one, ("jax", "scan"): many}


@pytest.mark.parametrize(("many", "verdict"), [(1.0, SUPPORTED), (2.0, REFUTED)])
def test_many_steps_in_a_call_against_one(many, verdict):
    found = judge(ENTRIES["core-many-steps"], Results("here", runs(variants(2.0, many))))
    assert found.verdict == verdict
    assert {name: part["devices"]["cpu"]["votes"] for name, part in found.evidence["frameworks"].items()} == {
        "torch": 5,
        "jax": 5,
    }


def test_many_steps_are_judged_by_what_takes_many_steps_alone():
    assert verdict_of("core-many-steps", Results("here", runs(FASTER))) == UNMEASURED


@pytest.mark.parametrize(("first", "verdict"), [(1.5, SUPPORTED), (5.0, MIXED), (100.0, REFUTED)])
def test_calls_of_a_jitted_function(first, verdict):
    seconds = {"eager": 2.0, "first_call": first, "later_call": 1.0, "new_shape": first, "later_call_new_shape": 1.0}
    rows = [
        event("tracing", framework, f"seconds.{name}", value)
        for framework in ("torch", "jax")
        for name, value in seconds.items()
    ]
    assert judged("core-jit-always-fast", *rows) == verdict


@pytest.mark.parametrize(("share", "verdict"), [(0.9, SUPPORTED), (0.5, MIXED), (0.1, REFUTED)])
def test_the_share_of_functions_found(share, verdict):
    rows = [
        event("packages", framework, "share.numpy", share, '{"found": 1, "of": 2}') for framework in ("torch", "jax")
    ]
    assert judged("core-like-ndarray", *rows) == verdict
