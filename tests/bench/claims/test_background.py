"""Background: efficiency, numerics and tensors are judged by times against torch and NumPy."""

import numpy as np
import pandas as pd
import pytest

from bench.claims.evidence import MIXED, REFUTED, SUPPORTED, UNDECIDED, UNMEASURED, Results
from bench.claims.judge import judge
from tests.bench.claims.planted import ENTRIES, comparisons, divided, judged, kernels, verdict_of


@pytest.mark.parametrize(
    ("ratios", "verdict"),
    [
        ([1.5] * 6, SUPPORTED),
        ([0.6] * 6, REFUTED),
        ([1.0] * 6, REFUTED),
        ([1.5, 1.5, 1.5, 0.6, 0.6, 0.6], MIXED),
        ([1.5] * 5 + [1.0], SUPPORTED),
        ([1.5] * 4 + [1.0] * 2, MIXED),  # two thirds, until any one of the four is left out
        ([1.5] * 3 + [1.0] * 3, MIXED),
    ],
)
def test_efficiency_is_decided_by_the_share_of_workloads(ratios, verdict):
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", comparisons(ratios)))
    assert found.verdict == verdict
    device = found.evidence["devices"]["cpu"]
    assert device["jax_faster"] + device["torch_faster"] + device["equal"] == device["comparisons"] == len(ratios)
    assert device["votes"] == len(ratios)
    assert device["ratio"] == pytest.approx(float(np.exp(np.log(ratios).mean())))


def test_a_small_gain_is_not_markedly_faster():
    results = Results("here", comparisons([1.12] * 6))
    assert verdict_of("bg-jax-efficiency", results) == SUPPORTED
    assert verdict_of("bg-jax-numerics", results) == REFUTED
    assert verdict_of("bg-jax-numerics", Results("here", comparisons([1.5] * 6))) == SUPPORTED


def test_numerics_is_decided_by_its_own_families():
    training = comparisons([1.5] * 6, family="training")
    assert verdict_of("bg-jax-numerics", Results("here", training)) == UNMEASURED


@pytest.mark.parametrize(
    ("torch", "jax", "verdict"), [(0.5, 0.4, SUPPORTED), (2.0, 3.0, REFUTED), (0.5, 3.0, MIXED), (1.0, 1.0, REFUTED)]
)
def test_tensors_are_efficient_if_both_frameworks_are_faster_than_numpy(torch, jax, verdict):
    assert verdict_of("bg-tensor-speed", Results("here", {"runs": kernels(torch, jax)})) == verdict


def test_a_framework_that_was_not_measured_beside_numpy_leaves_tensors_undecided():
    runs = kernels(0.5, 0.4)
    found = judge(ENTRIES["bg-tensor-speed"], Results("here", {"runs": runs[runs["framework"] != "jax"]}))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "NumPy was not timed")


def test_points_of_a_scaling_curve_beside_numpy_take_the_votes_that_they_contradict():
    runs = kernels(0.5, 0.4)
    curve = kernels(2.0, 2.0).assign(size="elements-4096")
    found = judge(ENTRIES["bg-tensor-speed"], Results("here", {"runs": pd.concat([runs, curve])}))
    assert found.verdict == MIXED
    eager = found.evidence["frameworks"]["torch"]["eager"]
    assert (eager["of"], eager["won"], eager["lost"], eager["untold"]) == (10, 5, 5, 0)
    assert eager["devices"]["cpu"]["turning"] == 5


def test_what_only_a_compiler_makes_faster_is_not_the_tensors():
    compiled, eager = kernels(0.5, 0.4), kernels(2.0, 0.4)
    compiled.loc[compiled["framework"] == "torch", "mode"] = "compile"
    both = pd.concat([compiled, eager[eager["framework"] == "torch"]])
    assert verdict_of("bg-tensor-speed", Results("here", {"runs": compiled})) == SUPPORTED
    found = judge(ENTRIES["bg-tensor-speed"], Results("here", {"runs": both}))
    assert (found.verdict, found.evidence["frameworks"]["torch"]["verdict"]) == (MIXED, SUPPORTED)
    few = both[(both["mode"] != "eager") | (both["framework"] == "numpy") | (both["workload"] < "e")]
    found = judge(ENTRIES["bg-tensor-speed"], Results("here", {"runs": few}))
    assert (found.verdict, found.evidence["frameworks"]["torch"]["eager"]) == (SUPPORTED, None)


def test_single_runs_beside_numpy_decide_nothing():
    assert verdict_of("bg-tensor-speed", Results("here", {"runs": kernels(0.5, 0.5, runs=1)})) == UNDECIDED


@pytest.mark.parametrize(
    ("torch", "jax", "verdict"),
    [
        ({"share": 0.9}, {"share": 0.7}, UNDECIDED),
        ({"share": 0.5}, {"share": 0.9}, UNDECIDED),
        ({"share": 0.9}, {"share": 0.7, "error": 1e-3}, UNMEASURED),
    ],
)
def test_one_training_on_two_cores_leaves_the_claim_on_distribution_undecided(torch, jax, verdict):
    assert judged("bg-distributed", *divided("torch", **torch), *divided("jax", **jax)) == verdict


def test_without_an_experiment_the_claim_on_distribution_is_open():
    assert judged("bg-distributed", *divided("torch")) == UNMEASURED
