"""Which rows of the tables count for what, and in which order they are shown."""

import pandas as pd
import pytest

from bench import schema
from bench.results import selection
from bench.results.tables import Tables
from tests.bench.results.planted import PERCEPTRON, run


def problem(workload="mlp", task="train", size="small", hardware="here", **changes):
    """The columns of a problem."""
    return PERCEPTRON | {"hardware": hardware, "workload": workload, "task": task, "size": size} | changes


@pytest.fixture
def tables(tmp_path):
    """The tables of two machines: a training step, the points of a scaling curve, and a way to a target."""
    problems = [
        problem(size=size, task=task, hardware=hardware)
        for hardware in ("there", "here")
        for task, size in (("train", "small"), ("train", "batch-8"), ("train", "batch-16"), ("target", "small"))
    ]
    cell = {"framework": "torch", "mode": "eager", "status": "ok", "step_seconds": 1.0}
    pair = {"torch_mode": "eager", "jax_mode": "jit", "best": True, "ratio": 1.5, "verdict": "jax faster"}
    for name, rows in (
        ("runs", [run(**columns) for columns in problems]),
        ("cells", [columns | cell for columns in problems]),
        ("comparisons", [columns | pair for columns in problems]),
    ):
        schema.write(tmp_path / f"{name}.parquet", name, rows)
    return Tables(tmp_path)


def test_the_main_problem_is_the_first_task_at_the_largest_size_that_has_a_result():
    derivative = {"family": "autodiff", "precision": "float64", "task": "jacobian"}
    best = pd.DataFrame(
        [
            problem("linear_regression", "train") | {"ratio": 2.0},
            problem("linear_regression", "fit") | {"ratio": 2.0},
            problem("linear_jacobian", **derivative) | {"ratio": 1.0},
            problem("linear_jacobian", size="large", **derivative) | {"ratio": None},
        ]
    )
    main = selection.main_problems(best)
    assert main[["workload", "task", "size"]].to_numpy().tolist() == [
        ["linear_regression", "fit", "small"],
        ["linear_jacobian", "jacobian", "small"],
    ]


def test_points_of_scaling_curves_and_ways_to_a_target_are_no_problems_of_the_headline(tables):
    best = selection.best(tables, "here")
    assert set(best["size"]) == {"small"}
    assert set(selection.main_problems(best)["task"]) == {"train"}
    for frame in (selection.sound_runs(tables), selection.sound_cells(tables, "here")):
        assert set(frame["size"]) == {"small"}
        assert set(frame["task"]) == {"train"}


def test_this_machine_stands_first(tables):
    assert selection.best(tables, "here")["hardware"].iloc[0] == "here"
    assert selection.best(tables, "there")["hardware"].iloc[0] == "there"


def test_a_step_that_tells_what_a_call_costs_is_in_no_mean():
    rows = pd.DataFrame(
        [
            {
                "family": "training",
                "workload": name,
                "task": "train",
                "ratio": ratio,
                "torch_seconds": 1.0,
                "jax_seconds": seconds,
            }
            for name, ratio, seconds in (*((f"w{number}", 2.0, 1e-3) for number in range(5)), ("tiny", 300.0, 1e-6))
        ]
    )
    assert selection.shows_a_call(rows).tolist() == [False] * 5 + [True]
    mean = selection.mean_ratio(rows)
    assert mean is not None
    assert mean.value == pytest.approx(2.0)
    timeless = rows[["family", "workload", "task", "ratio"]]
    assert not selection.shows_a_call(timeless).any()


def test_a_step_of_many_calls_is_held_against_what_as_many_calls_cost():
    pair = {"family": "training", "workload": "linear_regression", "torch_seconds": 4e-3, "jax_seconds": 1e-3}
    rows = pd.DataFrame([pair | {"task": task} for task in ("fit", "train")])
    assert selection.shows_a_call(rows).tolist() == [True, False]


def test_machines_are_compared_at_sizes_that_all_have():
    of = {"family": "training", "task": "train", "precision": "float32", "device": "cpu"}
    have = [
        ("a", "mlp", "small"),
        ("a", "mlp", "medium"),
        ("b", "mlp", "small"),
        ("a", "gcn", "medium"),
        ("a", "lstm", "medium"),
        ("b", "lstm", "small"),
    ]
    frame = pd.DataFrame([of | {"hardware": on, "workload": what, "size": size} for on, what, size in have])
    kept = selection.at_shared_sizes(frame)
    assert list(kept[kept["workload"] == "mlp"]["size"]) == ["small", "small"]
    assert set(kept["workload"]) == {"mlp", "gcn", "lstm"}, "what one machine has, and what they have at other sizes"
    alone = frame[frame["hardware"] == "a"]
    assert selection.at_shared_sizes(alone).equals(alone)
    assert not len(selection.at_shared_sizes(frame.head(0)))
