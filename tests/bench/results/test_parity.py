"""The parity gate: what differs is found, what agrees passes."""

import numpy as np
import pytest

from bench import catalogue, schema
from bench.results import parity
from bench.vocabulary import CHECK_SIZE
from tests.bench.measuring.planted import JIT_ONLY, change, observed


def row(framework="jax", mode="jit", name="loss", values=(1.0, 2.0), **changes):
    return {
        "family": "training",
        "workload": "of_another_machine",
        "task": "train",
        "framework": framework,
        "mode": mode,
        "status": "ok",
        "message": "",
        "name": name,
        "shape": [len(values)],
        "values": list(values),
        "precision": "float64",
    } | changes


def planted(bench, old, new):
    """Rows of the gate for the perceptron in jax jit with a fault."""
    change(bench, "problem.py", "\nTASKS = ", JIT_ONLY + "TASKS = ")
    change(bench, "jax_impl.py", old, new)
    return parity.compare(observed(bench, "jax"), "test")


def test_the_perceptron_without_a_fault_passes(bench):
    rows = planted(bench, "= gelu(", "= gelu(")
    assert {found["status"] for found in rows} == {"ok"}
    assert {found["task"] for found in rows} == {"gradient", "train", "forward", "train_dropout"}


def test_a_changed_epsilon_in_adam_is_a_mismatch(bench):
    rows = planted(bench, "eps=EPSILON", "eps=1e-7")
    assert {found["task"] for found in rows if found["status"] == "mismatch"} == {"train"}


def test_a_tanh_gelu_against_the_exact_one_is_a_mismatch(bench):
    rows = planted(bench, "= gelu(", "= jax.nn.gelu(")
    assert {found["task"] for found in rows if found["status"] == "mismatch"} == {"gradient", "train", "forward"}


def compared(torch):
    """The rows of a variant against jax jit, which is `row()`."""
    return [found for found in parity.compare([torch, row()], "test") if found["framework"] == "torch"]


def test_equal_observations_are_ok_and_have_no_error():
    (found,) = compared(row("torch", "eager"))
    assert (found["status"], found["error"], found["against"]) == ("ok", 0.0, "jax jit")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"values": [float("nan"), 2.0]}, "a value is not finite"),
        ({"shape": [2, 1]}, "shapes [2, 1] and [2]"),
        ({"name": "other"}, "only one of the two has it"),
        ({"status": "failed", "message": "ValueError: no"}, "ValueError: no"),
        ({"values": [1.0, 3.0]}, "differs by 0.5 from jax jit"),
    ],
)
def test_whatever_the_gate_refuses_becomes_a_sentence(changes, sentence):
    first = compared(row("torch", "eager", **changes))[0]
    assert sentence in parity.gate_sentence(first)
    assert first.keys() == schema.PARITY.keys()


def test_a_relative_difference_above_the_tolerance_is_a_mismatch():
    (found,) = compared(row("torch", "eager", values=(1.0, 2.0 + 4e-8)))
    assert found["status"] == "mismatch"
    assert found["error"] == pytest.approx(2e-8, rel=1e-6)


@pytest.mark.parametrize(
    "changed", [{"values": [1.0], "shape": [1]}, {"name": "lost"}, {"values": [1.0, np.nan]}, {"values": [1.0, np.inf]}]
)
def test_another_shape_another_name_and_values_that_are_not_finite_are_mismatches(changed):
    rows = compared(row("torch", "eager") | changed)
    assert {found["status"] for found in rows} == {"mismatch"}
    assert all(found["message"] for found in rows)


def test_what_the_others_are_compared_with_passes_where_there_is_no_reference():
    rows = parity.compare([row("torch", "eager"), row()], "test")
    assert {(found["framework"], found["status"]) for found in rows} == {("torch", "ok"), ("jax", "ok")}


@pytest.mark.parametrize(("wrong", "right"), [("jax", "torch"), ("torch", "jax")])
def test_only_the_side_that_misses_the_reference_is_blamed(wrong, right):
    states = catalogue.timed()["autodiff/rosenbrock"].states
    place = {"family": "autodiff", "workload": "rosenbrock", "task": "gradient"}
    arrays = states.problem(CHECK_SIZE).reference("gradient")
    rows = [
        row(framework, "jit" if framework == "jax" else "eager", name, values.ravel(), shape=[*values.shape], **place)
        for framework in ("torch", "jax")
        for name, values in arrays.items()
    ]
    for broken in (found for found in rows if found["framework"] == wrong):
        broken["values"][-1] = float("nan")
    found = {(found["framework"], found["status"]) for found in parity.compare(rows, "test")}
    assert found == {(wrong, "mismatch"), (right, "ok")}


def test_a_variant_with_nothing_to_compare_it_with_fails():
    (found,) = parity.compare([row("torch", "eager")], "test")
    assert found["status"] == "failed"


def test_a_failed_observation_keeps_its_message():
    failure = {"status": "failed", "message": "<script>", "name": None, "shape": None, "values": None}
    rows = parity.compare([row("torch", "eager") | failure, row()], "test")
    assert ("failed", "<script>") in {(found["status"], found["message"]) for found in rows}


def test_rows_of_the_gate_can_be_written_as_the_table_parity(tmp_path):
    rows = compared(row("torch", "eager", values=(1.0, np.nan)))
    schema.write(tmp_path / "parity.parquet", "parity", rows)
    assert len(schema.read(tmp_path / "parity.parquet", "parity")) == 1


def test_differences_of_rounding_around_zero_are_no_mismatch():
    assert parity.relative_error(np.array([1e-17]), np.array([0.0])) < 1e-8
