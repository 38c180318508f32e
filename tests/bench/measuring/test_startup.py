"""The start of a process: every second of it belongs to one phase, and its memory is the workload's alone."""

import json
import os
import resource
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bench.measuring import environment, resources, startup, timing, worker
from bench.vocabulary import STARTUP
from tests.checkout import ROOT

pytestmark = pytest.mark.serial

UP_TO_THE_FIRST_RESULT = """
import json, os, sys
from pathlib import Path
from bench.measuring import startup, timing, worker

def leave(*_):
    Path(sys.argv[2] + ".end").write_text(json.dumps(timing.now()))
    os._exit(0)

startup.Together.__exit__ = leave
worker.main()
"""
"""The real worker, which leaves when it has its first result, and says when that was."""


@pytest.mark.parametrize(
    ("framework", "mode", "task"),
    [
        ("torch", "eager", "train"),
        pytest.param("torch", "compile", "train", marks=pytest.mark.slow),
        ("jax", "jit", "train"),
        ("jax", "jit", "target"),
    ],
)
def test_the_phases_add_up_to_the_time_from_the_start_to_the_first_result(tmp_path, framework, mode, task):
    spawned, facts, end = started(tmp_path, framework, mode, task)
    phases = {phase: facts.get(f"{phase}_seconds") for phase in STARTUP}
    assert sum(seconds or 0.0 for seconds in phases.values()) == pytest.approx(end - spawned, abs=0.2)
    assert all(phases[phase] > 0 for phase in ("import", "device", "data", "build", "first_step")), phases
    compiled = mode != "eager"
    assert (phases["trace"] is not None, phases["compile"] is not None) == (compiled, compiled)
    # an optimiser of PyTorch imports the compiler in eager mode too
    assert (phases["compiler_import"] is not None) == (framework == "torch")


def started(folder, framework, mode, task):
    """When a worker was started, what it reported, and when it had its first result."""
    specification, report = folder / "specification.json", folder / "report.json"
    cpus = (environment.affinity() or [0])[:1]
    cell = {"hardware": "test", "family": "training", "workload": "mlp", "task": task, "size": "tiny"}
    cell |= {"precision": "float32", "device": "cpu", "framework": framework, "mode": mode}
    variables = environment.variables(os.environ, device="cpu", threads=1, caches=folder / "caches")
    read, write = os.pipe()
    spawned = timing.now()
    asked = {"cell": cell, "threads": 1, "cpus": cpus, "pipes": [read, write], "spawned": spawned}
    specification.write_text(json.dumps(asked))
    subprocess.run(
        [sys.executable, "-c", UP_TO_THE_FIRST_RESULT, str(specification), str(report)],
        env=variables,
        cwd=ROOT / "workflow",
        pass_fds=(read, write),
        preexec_fn=lambda: environment.pin(cpus),
        check=True,
    )
    for end in (read, write):
        os.close(end)
    return spawned, json.loads(report.read_text()), json.loads((folder / "report.json.end").read_text())


def test_what_numpy_draws_while_a_workload_is_built_is_data(bench):
    bench.plant(
        "drawn", code="build_ = build\ndef build(problem, *a):\n    problem.inputs()\n    return build_(problem, *a)"
    )
    file = bench.root / "workflow/bench/workloads/training/drawn/problem.py"
    slow = "import time; time.sleep(0.3); "
    file.write_text(
        file.read_text()
        .replace("self.size = size", slow + "self.size = size")
        .replace('return {"x"', slow + 'return {"x"')
    )
    row = bench.measure("training/drawn")
    assert row["data_seconds"] == pytest.approx(0.6, abs=0.15)
    assert row["build_seconds"] < 0.2


def test_what_makes_context_or_client_is_the_device_phase(bench):
    bench.plant("opened")
    file = bench.root / "workflow/bench/backends/torch_backend.py"
    changed = file.read_text().replace("    torch.zeros(1, device=device)\n", "    import time; time.sleep(0.3)\n")
    assert changed != file.read_text()
    file.write_text(changed)
    row = bench.measure("training/opened")
    assert row["device_seconds"] == pytest.approx(0.3, abs=0.15)
    assert row["build_seconds"] < 0.2


@pytest.mark.slow
def test_the_import_of_the_compiler_is_a_phase_of_its_own_where_one_is_imported(bench):
    rows = {mode: bench.measure("training/mlp", mode=mode, task="forward") for mode in ("eager", "compile")}
    assert rows["eager"]["compiler_import_seconds"] is None
    assert rows["compile"]["compiler_import_seconds"] > 0.3
    assert rows["compile"]["build_seconds"] < 0.3


class Counted:
    """A step whose n-th call has the loss n."""

    calls = 0

    def step(self):
        self.calls += 1

    def wait(self):
        pass

    def observe(self):
        return {"loss": np.array([float(self.calls)])}


def test_a_start_lasts_until_the_graph_is_captured_and_no_loss_is_lost(tmp_path, monkeypatch):
    step, report = Counted(), worker.Report(tmp_path / "report.json")
    backend: Any = SimpleNamespace(
        first_calls=lambda mode, device: 3 if mode == "compile-max" else 1, compile_seconds=dict
    )
    monkeypatch.setattr(timing, "seconds_of", lambda call, wait: call() or 2.0)
    step.step()
    report.add(first_step_seconds=2.0)
    losses = worker.capture(step, backend, {"mode": "compile-max", "device": "cuda"}, report)
    assert (step.calls, report.facts["first_step_seconds"]) == (3, 6.0)
    assert worker.first_values(step, losses) == [1.0, 2.0, 3.0, 4.0, 5.0]


BLOCK = "import numpy as np\nMB = 2**20\ndef hold(n):\n    block = np.ones(n * MB, np.uint8)\n    return None\n"
CHILD = "block = b'x' * 400 * 2**20; import time; time.sleep(1)"


@pytest.mark.parametrize(
    ("name", "code", "start", "steady"),
    [
        ("nothing", "", 0, 0),
        ("start", BLOCK + "build_ = build\ndef build(*a):\n    hold(400)\n    return build_(*a)", 400, 0),
        ("step", BLOCK + "Step.step = lambda self: hold(400)", 400, 400),
        (
            "check",
            BLOCK + "def observe(self):\n    hold(400)\n    return {'loss': np.ones(1)}\nStep.observe = observe",
            0,
            0,
        ),
        (
            "child",
            "import subprocess, sys\nbuild_ = build\ndef build(*a):\n"
            f"    subprocess.run([sys.executable, '-c', {CHILD!r}])\n    return build_(*a)",
            400,
            0,
        ),
    ],
)
def test_memory_of_start_and_steady_state_is_told_apart_and_copies_of_the_check_do_not_count(
    bench, name, code, start, steady
):
    bench.plant(name, "jax", code)
    row = bench.measure(f"training/{name}", framework="jax", mode="eager")
    found = [
        (row[column] - row["baseline_host_bytes"]) / 2**20 for column in ("startup_peak_host_bytes", "peak_host_bytes")
    ]
    assert found == pytest.approx([start, steady], abs=120), row["message"]


def test_a_child_that_was_started_by_a_large_process_is_not_as_large(tmp_path):
    """What `RUSAGE_CHILDREN` says of it; hence processes are looked at while they live."""
    script = (
        "import subprocess, sys; from bench.measuring import startup; block = b'x' * 300 * 2**20\n"
        "with startup.Together() as memory: subprocess.run([sys.executable, '-c', 'import time; time.sleep(0.5)'])\n"
        "print(memory.bytes)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
    )
    assert int(done.stdout) < 450 * 2**20


def test_the_largest_memory_is_in_bytes_on_macos_too(monkeypatch):
    usage = SimpleNamespace(ru_maxrss=4096)
    monkeypatch.setattr(resource, "getrusage", lambda who: usage)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert resources.largest_resident_bytes(resource.RUSAGE_SELF) == 4096
    monkeypatch.setattr(sys, "platform", "linux")
    assert resources.largest_resident_bytes(resource.RUSAGE_SELF) == 4096 * 1024


def test_parts_inside_parts_are_counted_once():
    parts = startup.Parts()

    class Drawing:
        def inputs(self):
            return self.parameters()

        def parameters(self):
            return timing.seconds_of(lambda: sum(range(10**6)))

    drawing = Drawing()
    with parts.methods("data", drawing), timing.stopwatch() as watch:
        drawing.inputs()
    assert 0 < parts.seconds["data"] <= watch.seconds
    assert not vars(drawing), "the methods are its own again"


def test_the_peaks_begin_anew_before_the_steady_state(monkeypatch):
    forgotten = []
    monkeypatch.setattr(worker, "forget_peak", lambda: forgotten.append("host"))

    def warm_up(*_):
        forgotten.append("warm-up")
        raise ZeroDivisionError

    monkeypatch.setattr(timing, "warm_up", warm_up)
    backend: Any = SimpleNamespace(forget_peak=forgotten.append)
    report: Any = SimpleNamespace(add=lambda **_: None)
    turns: Any = None
    with pytest.raises(ZeroDivisionError):
        worker.time_steps(
            SimpleNamespace(step=None, wait=None, steps_per_call=1),
            backend,
            {"plan": {}, "cell": {"device": "cuda"}},
            report,
            turns,
        )
    assert forgotten == ["host", "cuda", "warm-up"]
