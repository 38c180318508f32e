"""Ratios of times that are no comparison of the two frameworks."""

import pandas as pd
import pytest

from bench.results.ratios import BOUND, derivative_costs, judged, loop_costs, many_steps, numpy_speedups
from bench.vocabulary import FURTHER


def timed(task, mode, framework="torch", family="autodiff", **changed):
    """The columns of a cell of a planted workload."""
    return {
        "hardware": "here",
        "family": family,
        "workload": "planted",
        "task": task,
        "size": "small",
        "precision": "float64",
        "device": "cpu",
        "framework": framework,
        "mode": mode,
    } | changed


def test_a_derivative_is_priced_in_functions_of_the_same_mode():
    runs = pd.DataFrame(
        [
            cell | {"run": run, "step_seconds": seconds * (1 + 0.001 * run)}
            for run in range(3)
            for cell, seconds in (
                (timed("primal", "eager"), 1.0),
                (timed("gradient", "eager"), 3.0),
                (timed("primal", "compile"), 0.1),
                (timed("gradient", "compile"), 0.6),
                (timed("jacobian_loop", "compile"), 9.0),
            )
        ]
    )
    found = derivative_costs(runs).set_index("mode")
    assert found.loc["eager", "ratio"] == pytest.approx(3)
    assert found.loc["compile", "ratio"] == pytest.approx(6)
    assert found["best"].to_dict() == {"eager": False, "compile": True}
    assert judged(found.reset_index(), BOUND) == {"below": 1, "above": 1, "undecided": 0, "of": 2}


def test_a_derivative_is_priced_by_the_trials_that_its_function_had_too():
    runs = pd.DataFrame(
        [
            timed(task, "eager") | {"run": run, "step_seconds": seconds * (1.3 if run >= FURTHER else 1)}
            for task, seconds, numbers in (
                ("primal", 1.0, range(3)),
                ("gradient", 3.0, (0, 1, 2, FURTHER, FURTHER + 1, FURTHER + 2, FURTHER + 3)),
            )
            for run in numbers
        ]
    )
    assert derivative_costs(runs)["ratio"].to_list() == [pytest.approx(3)]


def test_a_derivative_of_a_kind_is_priced_in_functions_of_that_kind():
    runs = pd.DataFrame(
        [
            timed(task, "eager") | {"run": run, "step_seconds": seconds * (1 + 0.001 * run)}
            for run in range(3)
            for task, seconds in (
                ("primal", 1.0),
                ("jacobian", 3.0),
                ("jacobian_forward", 5.0),
                ("primal_complicated", 2.0),
                ("jacobian_complicated", 4.0),
            )
        ]
    )
    found = derivative_costs(runs).set_index("task")["ratio"].round(6).to_dict()
    assert found == {"jacobian": 3, "jacobian_forward": 5, "jacobian_complicated": 2}


def test_a_single_run_says_nothing_about_a_bound():
    runs = pd.DataFrame(
        [
            timed(task, "eager") | {"run": 0, "step_seconds": seconds}
            for task, seconds in (("primal", 1.0), ("gradient", 2.0))
        ]
    )
    found = derivative_costs(runs)
    assert found["low"].isna().all()
    assert judged(found, BOUND) == {"below": 0, "above": 0, "undecided": 1, "of": 1}


def test_a_loop_is_held_against_the_fastest_mode_of_what_is_vectorised():
    runs = pd.DataFrame(
        [
            timed(task, mode) | {"run": run, "step_seconds": seconds}
            for run in range(2)
            for task, mode, seconds in (
                ("jacobian_reverse", "eager", 2.0),
                ("jacobian_loop", "eager", 40.0),
                ("jacobian_reverse", "compile", 1.0),
                ("together", "eager", 1.0),
                ("loop", "eager", 5.0),
            )
        ]
    )
    found = loop_costs(runs).set_index("task")
    assert found["ratio"].to_dict() == pytest.approx({"jacobian_reverse": 40, "together": 5})
    assert found.loc["jacobian_reverse", ["mode", "loop_mode"]].tolist() == ["compile", "eager"]


def test_numpy_is_the_base_line_of_every_variant_also_on_a_gpu():
    science = {"family": "science"}
    cells = [
        (timed("forward", "eager", "numpy", **science), 4.0),
        (timed("forward", "jit", "jax", **science), 1.0),
        (timed("forward", "scan", "jax", **science), 0.5),
        (timed("forward", "eager", device="cuda", **science), 0.1),
    ]
    runs = pd.DataFrame([cell | {"run": run, "step_seconds": seconds} for run in range(2) for cell, seconds in cells])
    found = numpy_speedups(runs.assign(paired=None)).set_index(["framework", "mode"])
    assert found["ratio"].to_dict() == pytest.approx({("jax", "jit"): 4, ("jax", "scan"): 8, ("torch", "eager"): 40})
    assert found["best"].to_dict() == {("jax", "jit"): False, ("jax", "scan"): True, ("torch", "eager"): True}


def test_what_numba_compiles_is_held_against_numpy_and_frameworks_against_it():
    science = {"family": "science"}
    cells = [
        (timed("forward", "eager", "numpy", **science), 8.0),
        (timed("forward", "numba", "numpy", **science), 2.0),
        (timed("forward", "jit", "jax", **science), 1.0),
        (timed("forward", "eager", **science), 4.0),
    ]
    runs = pd.DataFrame([cell | {"run": run, "step_seconds": seconds} for run in range(2) for cell, seconds in cells])
    runs = runs.assign(paired=None)
    over_numpy = numpy_speedups(runs).set_index(["framework", "mode"])["ratio"].to_dict()
    assert over_numpy == pytest.approx({("numpy", "numba"): 4, ("jax", "jit"): 8, ("torch", "eager"): 2})
    over_numba = numpy_speedups(runs, "numba").set_index(["framework", "mode"])["ratio"].to_dict()
    assert over_numba == pytest.approx({("jax", "jit"): 2, ("torch", "eager"): 0.5})


def test_numpy_is_paired_with_what_took_turns_with_it():
    loads = [1.0, 3.0, 9.0]  # of the machine, from trial to trial
    runs = pd.DataFrame(
        [
            timed("forward", mode, framework, family="science")
            | {"run": run, "step_seconds": load * seconds, "values": [load * seconds], "rounds": [0], "paired": True}
            for run, load in enumerate(loads)
            for framework, mode, seconds in (("numpy", "eager", 4.0 + 0.01 * run), ("jax", "jit", 1.0))
        ]
    )
    (row,) = numpy_speedups(runs).to_dict("records")
    assert 3.9 < row["low"] < row["high"] < 4.1


def test_many_steps_in_a_call_are_held_against_the_fastest_mode_of_one():
    cells = [
        (timed("gradient", "jit", "jax"), 3.0),
        (timed("gradient", "eager", "jax"), 30.0),
        (timed("gradient", "scan", "jax"), 1.5),
        (timed("gradient", "compile"), 1.0),
        (timed("primal", "scan", "jax"), 1.0),  # there is nothing to hold it against
    ]
    runs = pd.DataFrame([cell | {"run": run, "step_seconds": seconds} for run in range(2) for cell, seconds in cells])
    (row,) = many_steps(runs.assign(paired=None, steps_per_call=50)).to_dict("records")
    assert (row["task"], row["mode"], row["single_mode"], row["steps"]) == ("gradient", "scan", "jit", 50)
    assert row["ratio"] == pytest.approx(2.0)
