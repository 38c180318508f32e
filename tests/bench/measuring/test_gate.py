"""What the parity gate observes: the first steps of every variant; what fails is a row."""

import os
import subprocess
import sys

import numpy as np
import pytest

from bench import schema
from bench.measuring import gate, hardware
from bench.results import parity
from tests.bench.measuring.planted import JIT_ONLY, change, observed
from tests.checkout import ROOT


def test_an_exception_in_one_mode_is_a_failed_row_and_the_rest_goes_on(bench):
    change(bench, "problem.py", "\nTASKS = ", JIT_ONLY.replace('("jit",)', '("scan", "jit")') + "TASKS = ")
    change(
        bench,
        "jax_impl.py",
        "    data = ",
        '    if (mode, task) == ("scan", "train"):\n        raise RuntimeError("planted")\n    data = ',
    )
    rows = parity.compare(observed(bench, "jax"), "test")
    failed = [found for found in rows if found["status"] != "ok"]
    assert [(found["mode"], found["task"], found["status"], found["message"]) for found in failed] == [
        ("scan", "train", "failed", "RuntimeError: planted")
    ]
    assert len(rows) > len(failed)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "its process died of SIGSEGV"),
        pytest.param("time.sleep(600)", "no result after 60 s", marks=pytest.mark.slow),
    ],
)
def test_what_ends_or_stops_the_process_costs_what_is_left_alone(bench, tmp_path, fault, told):
    change(bench, "problem.py", "\nTASKS = ", JIT_ONLY.replace('("jit",)', '("scan", "jit")') + "TASKS = ")
    change(
        bench,
        "jax_impl.py",
        "    data = ",
        f'    import os, signal, time\n    if (mode, task) == ("jit", "train"):\n        {fault}\n    data = ',
    )
    settings = tmp_path / "settings.json"
    settings.write_text('{"timeout_seconds": 60}')
    rows = observed(bench, "jax", settings=settings)
    first = next(place for place, row in enumerate(rows) if row["status"] != "ok")
    assert first > 0
    assert (rows[first]["mode"], rows[first]["task"]) == ("jit", "train")
    assert {(row["status"], row["message"]) for row in rows[first:]} == {("failed", told)}


def test_an_unknown_workload_is_refused_by_name():
    command = [sys.executable, str(ROOT / "workflow/scripts/check.py"), "--framework", "jax"]
    command += ["--workload", "training/none", "--output", "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "'training/none'" in done.stderr


@pytest.mark.parametrize("checks", ["eager", "jit:none", "eagre:train"])
def test_an_unknown_check_is_refused_by_name(checks):
    command = [sys.executable, str(ROOT / "workflow/scripts/check.py"), "--framework", "jax"]
    command += ["--workload", "training/mlp", "--output", "nowhere", "--checks", checks]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"--checks is {checks!r}, allowed are " in done.stderr
    assert "jit:train" in done.stderr


def test_without_any_check_nothing_is_observed(tmp_path):
    command = [sys.executable, str(ROOT / "workflow/scripts/check.py"), "--framework", "jax"]
    command += ["--workload", "training/mlp", "--output", str(tmp_path / "none.parquet"), "--checks"]
    subprocess.run(command, check=True, capture_output=True)
    assert schema.read(tmp_path / "none.parquet", "observations") == []


def test_only_what_is_asked_for_is_observed_and_derivatives_in_float32_too(bench):
    rows = observed(bench, "jax", "autodiff/linear_jacobian", "jit:per_sample", "eager:jacobian")
    assert {(found["mode"], found["task"], found["precision"]) for found in rows} == {
        ("jit", "per_sample", "float64"),
        ("eager", "jacobian", "float64"),
        ("jit", "per_sample", "float32"),
        ("jit", "jacobian", "float32"),
    }
    judged = parity.compare(rows, "test")
    assert {found["tolerance"] for found in judged if found["precision"] == "float32"} == {1e-5}
    assert {found["status"] for found in judged} == {"ok"}


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
        return {
            "loss": np.arange(self.count - self.steps_per_call, self.count, dtype=float),
            "parameter.w": np.array([float(self.count)]),
        }


@pytest.mark.parametrize("steps_per_call", [1, 5])
def test_losses_of_five_steps_are_put_together_with_the_parameters_after_them(steps_per_call):
    found = gate.first_steps(Stepping(steps_per_call))
    assert found["loss"].tolist() == [0, 1, 2, 3, 4]
    assert found["parameter.w"].tolist() == [5]


def test_calls_that_do_not_add_up_to_five_steps_are_refused():
    with pytest.raises(ValueError, match="a call takes 2 steps"):
        gate.first_steps(Stepping(2))


@pytest.mark.skipif("cuda" in hardware.devices(), reason="this machine has an NVIDIA device")
@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_the_gate_goes_to_the_device_that_it_is_asked_for(framework):
    script = f"""
from bench.backends import Unsupported
from bench.measuring import gate
try:
    list(gate.observe("training", "mlp", {framework!r}, device="cuda"))
except Unsupported as reason:
    print("cuda" in str(reason))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
    )
    assert done.stdout == "True\n", done.stderr[-2000:]
