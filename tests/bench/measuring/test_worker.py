"""The measuring process: it checks what it times, and trains until a target is reached."""

import pytest

pytestmark = pytest.mark.serial


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
        for framework, mode in (("torch", "eager"), ("jax", "jit"), ("jax", "scan"))
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
