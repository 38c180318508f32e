"""The parity gate: what differs is found, what fails is a row, what agrees passes."""

from tests.checkout import ROOT
import subprocess
import sys

import numpy as np
import pytest

from bench import schema
from bench.measuring import gate
from bench.results import parity

JIT_ONLY = '\nMODES = {"torch": (), "jax": ("jit",)}\n'


def row(framework="jax", mode="jit", name="loss", values=(1.0, 2.0), **changes):
    return {"family": "training", "workload": "of_another_machine", "task": "train", "framework": framework,
            "mode": mode, "status": "ok", "message": "", "name": name, "shape": [len(values)],
            "values": list(values), "precision": "float64"} | changes


def observed(bench, framework, workload="training/mlp"):
    """Run the real command in a checkout and read what it wrote."""
    output = bench.root / "out.parquet"
    subprocess.run([sys.executable, str(bench.root / "workflow/scripts/check.py"), "--framework", framework,
                    "--workload", workload, "--output", str(output)], check=True, capture_output=True)
    return schema.read(output, "observations")


def change(bench, file, old, new):
    """Plant a fault in the perceptron."""
    path = bench.root / "workflow/bench/workloads/training/mlp" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def planted(bench, old, new):
    """Rows of the gate for the perceptron in jax jit with a fault."""
    change(bench, "problem.py", "\nTASKS = ", JIT_ONLY + "TASKS = ")
    change(bench, "jax_impl.py", old, new)
    return parity.compare(observed(bench, "jax"), "test")


def test_the_perceptron_without_a_fault_passes(bench):
    rows = planted(bench, "approximate=False", "approximate=False")
    assert {found["status"] for found in rows} == {"ok"}
    assert {found["task"] for found in rows} == {"gradient", "train", "forward"}


def test_a_changed_epsilon_in_adam_is_a_mismatch(bench):
    rows = planted(bench, "eps=EPSILON", "eps=1e-7")
    assert {found["task"] for found in rows if found["status"] == "mismatch"} == {"train"}


def test_a_tanh_gelu_against_the_exact_one_is_a_mismatch(bench):
    rows = planted(bench, "approximate=False", "approximate=True")
    assert {found["task"] for found in rows if found["status"] == "mismatch"} == {"gradient", "train", "forward"}


def test_an_exception_in_one_mode_is_a_failed_row_and_the_rest_goes_on(bench):
    change(bench, "problem.py", "\nTASKS = ", JIT_ONLY.replace('("jit",)', '("scan", "jit")') + "TASKS = ")
    change(bench, "jax_impl.py", "    data = ", '    if (mode, task) == ("scan", "train"):\n'
           '        raise RuntimeError("planted")\n    data = ')
    rows = parity.compare(observed(bench, "jax"), "test")
    failed = [found for found in rows if found["status"] != "ok"]
    assert [(found["mode"], found["task"], found["status"], found["message"]) for found in failed] == [
        ("scan", "train", "failed", "RuntimeError: planted")]
    assert len(rows) > len(failed)


def test_an_unknown_workload_is_refused_by_name():
    done = subprocess.run([sys.executable, str(ROOT / "workflow/scripts/check.py"), "--framework", "jax", "--workload", "training/none",
                           "--output", "nowhere"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "'training/none'" in done.stderr


def test_only_what_is_asked_for_is_observed_and_derivatives_in_float32_too(bench):
    output = bench.root / "out.parquet"
    subprocess.run([sys.executable, str(bench.root / "workflow/scripts/check.py"), "--framework", "jax", "--workload",
                    "autodiff/linear_jacobian", "--checks", "jit:per_sample", "eager:jacobian", "--output",
                    str(output)], check=True, capture_output=True)
    rows = schema.read(output, "observations")
    assert {(found["mode"], found["task"], found["precision"]) for found in rows} == {
        ("jit", "per_sample", "float64"), ("eager", "jacobian", "float64"), ("jit", "per_sample", "float32"),
        ("jit", "jacobian", "float32")}
    judged = parity.compare(rows, "test")
    assert {found["tolerance"] for found in judged if found["precision"] == "float32"} == {1e-5}
    assert {found["status"] for found in judged} == {"ok"}


def compared(torch):
    """The rows of a variant against jax jit, which is `row()`."""
    return [found for found in parity.compare([torch, row()], "test") if found["framework"] == "torch"]


def test_equal_observations_are_ok_and_have_no_error():
    (found,) = compared(row("torch", "eager"))
    assert (found["status"], found["error"], found["against"]) == ("ok", 0.0, "jax jit")


def test_a_relative_difference_above_the_tolerance_is_a_mismatch():
    (found,) = compared(row("torch", "eager", values=(1.0, 2.0 + 4e-8)))
    assert found["status"] == "mismatch"
    assert found["error"] == pytest.approx(2e-8, rel=1e-6)


@pytest.mark.parametrize("change_", [{"values": [1.0], "shape": [1]}, {"name": "lost"}, {"values": [1.0, np.nan]},
                                     {"values": [1.0, np.inf]}])
def test_another_shape_another_name_and_values_that_are_not_finite_are_mismatches(change_):
    rows = compared(row("torch", "eager") | change_)
    assert {found["status"] for found in rows} == {"mismatch"}
    assert all(found["message"] for found in rows)


def test_what_the_others_are_compared_with_passes_where_there_is_no_reference():
    rows = parity.compare([row("torch", "eager"), row()], "test")
    assert {(found["framework"], found["status"]) for found in rows} == {("torch", "ok"), ("jax", "ok")}


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


class Stepping:
    """A training whose calls take `steps_per_call` steps; the loss counts them."""

    def __init__(self, steps_per_call):
        self.steps_per_call, self.count, self.staged = steps_per_call, 0, False

    def stages(self):
        return [("compile", lambda: setattr(self, "staged", True))]

    def step(self):
        assert self.staged
        self.count += self.steps_per_call

    def wait(self):
        pass

    def observe(self):
        return {"loss": np.arange(self.count - self.steps_per_call, self.count, dtype=float),
                "parameter.w": np.array([float(self.count)])}


@pytest.mark.parametrize("steps_per_call", [1, 5])
def test_losses_of_five_steps_are_put_together_with_the_parameters_after_them(steps_per_call):
    found = gate.first_steps(Stepping(steps_per_call))
    assert found["loss"].tolist() == [0, 1, 2, 3, 4]
    assert found["parameter.w"].tolist() == [5]


def test_calls_that_do_not_add_up_to_five_steps_are_refused():
    with pytest.raises(ValueError, match="a call takes 2 steps"):
        gate.first_steps(Stepping(2))
