"""The measuring process: it checks what it times, and trains until a target is reached."""

import math
import time
from types import SimpleNamespace

import numpy as np
import pytest

from bench.measuring import timing, worker
from bench.measuring.resources import Disturbances
from bench.results import comparisons

pytestmark = pytest.mark.serial


def called():
    """What a step or a wait does here."""


CALLED = SimpleNamespace(step=called, wait=called)


class Observed:
    """A step whose only output is given."""

    def __init__(self, output):
        self.output = output

    def observe(self):
        return {"output": self.output}


@pytest.mark.parametrize("shape", [(7,), (711,), (1000,), (30, 40), (300, 400)])
@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("fault", [np.flip, lambda x: np.roll(x, 1), lambda x: np.random.default_rng(1).permutation(x)])
def test_the_summaries_of_an_output_tell_its_order(shape, smooth, fault):
    random = np.random.default_rng(0).standard_normal(shape)
    output = np.sort(random, axis=None).reshape(shape) if smooth else random
    right, wrong = (worker.first_values(Observed(x), []) for x in (output, fault(output)))
    assert right[:2] == pytest.approx(wrong[:2])
    runs = [{"check_values": values, "check_summaries": worker.SUMMARIES} for values in (wrong, right)]
    problem = {"family": "autodiff", "workload": "gmm", "task": "gradient", "precision": "float64"}
    error, tolerance = comparisons.value_error(problem, runs[:1], runs[1:])
    assert error is not None
    assert error > 1e3 * tolerance


def test_the_summaries_of_an_output_are_mean_root_mean_square_and_weighted_sum():
    mean, root, weighted = worker.first_values(Observed(np.array([[3.0, 0.0], [0.0, 4.0]])), [])
    assert (mean, root) == (1.75, 2.5)
    weights = np.random.default_rng(0).uniform(-1, 1, 4)
    assert weighted == pytest.approx((3 * weights[0] + 4 * weights[3]) / 2)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_last_element_that_is_not_finite_is_refused(bad):
    output = np.zeros(200_001)
    worker.require_finite(Observed(output))
    output[-1] = bad
    with pytest.raises(worker.Refused, match="non-finite values in output"):
        worker.require_finite(Observed(output))


def test_a_derivative_is_held_against_its_reference_where_it_is_timed(bench):
    row = bench.measure("autodiff/linear_jacobian", framework="jax", mode="jit", task="jacobian")
    assert 0.0 <= row["reference_error"] < 1e-6
    file = bench.root / "workflow/bench/workloads/autodiff/linear_jacobian/jax_impl.py"
    file.write_text(file.read_text().replace("return x @ W + b", "return x @ W + 1.01 * b"))
    assert bench.measure("autodiff/linear_jacobian", framework="jax", mode="jit", task="jacobian")[
        "reference_error"
    ] == pytest.approx(0.01, rel=1e-3)


@pytest.mark.slow
def test_the_time_to_a_target_is_the_result_and_the_way_there_is_kept(bench):
    rows = [
        bench.measure("training/mlp", task="target", framework=framework, mode=mode, trial=1)
        for framework, mode in (("torch", "eager"), ("jax", "jit"))
    ]
    for row in rows:
        assert row["status"] == "ok", row["message"]
        assert row["scores"][-1] >= row["score_target"] > max(row["scores"][:-1])
        assert row["values"] == [row["score_seconds"][-1]]
        assert row["score_seconds"] == sorted(row["score_seconds"])
        assert row["items"] == 8 * row["score_steps"][-1]
    assert len({tuple(row["score_steps"]) for row in rows}) == 1  # the same weights and batches, so as many steps


def test_another_trial_starts_from_other_weights(bench):
    curves = [
        bench.measure("training/mlp", task="target", framework="jax", mode="jit", trial=trial) for trial in (0, 1)
    ]
    assert curves[0]["scores"] != curves[1]["scores"]


def test_a_target_that_is_not_reached_is_a_failure_with_its_curve(bench):
    problem = bench.root / "workflow/bench/workloads/training/mlp/problem.py"
    source = problem.read_text()
    problem.write_text(
        source.replace(
            '"value": 0.4, "above": True, "every": 10, "most": 1000',
            '"value": 2.0, "above": True, "every": 10, "most": 30',
        )
    )
    assert problem.read_text() != source
    row = bench.measure("training/mlp", task="target", framework="jax", mode="jit")
    assert row["status"] == "failed"
    assert "test_accuracy was at best" in row["message"]
    assert row["score_steps"] == [0, 10, 20, 30]


@pytest.mark.parametrize(
    ("waits", "allowance", "retaken"),
    [
        ([0.0], 3.0, 0),
        ([0.01], 3.0, 0),  # less than is allowed
        ([0.5, 0.0], 3.0, 1),
        ([0.5, 0.03, 0.0], 3.0, 2),
        ([0.5], 0.0, 0),  # nothing is left to spend
    ],
)
def test_a_value_that_waited_for_a_processor_is_taken_again(monkeypatch, waits, allowance, retaken):
    """A block takes 1 s here, of which the process waits a part."""
    left = list(waits)
    monkeypatch.setattr(timing, "value", lambda *_: 0.1)
    monkeypatch.setattr(worker, "during", lambda call: (call(), Disturbances(waited_seconds=left.pop(0))))
    found = worker.turn(timing.Measurement(loops=5, steps_per_call=2, warmup_values=[0.1]), CALLED, "cpu", allowance)
    assert (found["retaken"], found["disturbances"]["waited_seconds"]) == (retaken, waits[-1])
    assert not left


def test_values_are_not_taken_again_for_ever(monkeypatch):
    def during(call):
        time.sleep(0.01)
        return call(), Disturbances(waited_seconds=1.0)

    monkeypatch.setattr(timing, "value", lambda *_: 0.1)
    monkeypatch.setattr(worker, "during", during)
    found = worker.turn(timing.Measurement(loops=1, steps_per_call=1, warmup_values=[0.1]), CALLED, "cpu", 0.05)
    assert 1 <= found["retaken"] <= 5
    assert 0 < found["retaking_seconds"] <= 0.05
