"""The first look at a GPU: what it says without one, and what it tells of what was found."""

import os
import subprocess
import sys
import threading

import pytest

from bench.measuring import environment, hardware
from bench.schema import RUNS
from scripts import gpu_check
from tests.checkout import ROOT


@pytest.mark.skipif("cuda" in hardware.devices(), reason="this machine has an NVIDIA device")
def test_without_a_gpu_it_says_so_in_a_sentence_and_fails(tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / "workflow/scripts/gpu_check.py"], capture_output=True, text=True, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, os.listdir(tmp_path)) == (1, "", [])
    assert done.stderr.startswith("Error: no NVIDIA GPU answers on this machine")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_the_precisions_of_a_processor_are_what_they_are_called(framework):
    starts, *precisions = gpu_check.fingerprints(framework, "cpu")
    assert starts.what == f"{framework}: starts"
    assert [line.passed for line in (starts, *precisions)] == [True] * 5, precisions


def test_a_framework_that_does_not_start_is_a_line_with_its_message():
    (line,) = gpu_check.fingerprints("none", "cpu")
    assert (line.passed, line.told) == (False, "ModuleNotFoundError: No module named 'bench.backends.none_backend'")


def test_what_is_checked_exists():
    from bench import catalogue

    known = catalogue.timed()
    assert {*gpu_check.GATED} < {*known}
    for workload in gpu_check.GATED:
        assert known[workload].states.tasks[0] in known[workload].states.check_tasks  # in which graphs are captured
    assert gpu_check.CAPTURED in [workload for workload, *_ in gpu_check.TIMED]
    for workload, size, precision in gpu_check.TIMED:
        assert size in known[workload].states.sizes
        assert precision in known[workload].states.precisions


def test_the_gate_runs_side_by_side_and_tells_each_workload_once(monkeypatch):
    both = threading.Barrier(2, timeout=10)

    def observed(workload, framework, device, folder):
        both.wait()
        if (workload, framework) == ("training/gpt", "jax"):
            raise gpu_check.Failed("out of memory")
        return []

    monkeypatch.setattr(gpu_check, "observed", observed)
    monkeypatch.setattr(gpu_check, "side_by_side", lambda: 2)
    lines = {line.what: line for line in gpu_check.gate(["training/mlp", "training/gpt"], "cuda")}
    assert {what: line.passed for what, line in lines.items()} == {
        "gate: training/mlp": True,
        "gate: training/gpt": False,
    }
    assert lines["gate: training/gpt"].told == "jax: out of memory"


@pytest.mark.parametrize(
    ("memory", "free", "processes"), [("143771", 64 * 2**30, 16), ("6144", 64 * 2**30, 3), ("[N/A]", 2**30, 1)]
)
def test_as_many_run_side_by_side_as_have_room(monkeypatch, memory, free, processes):
    monkeypatch.setattr(hardware, "gpus", lambda: ({"memory_mib": memory},))
    monkeypatch.setattr(hardware, "available_bytes", lambda: free)
    monkeypatch.setattr(environment, "affinity", lambda: list(range(16)))
    assert gpu_check.side_by_side() == processes


ROW = dict.fromkeys(RUNS) | {"framework": "jax", "mode": "jit", "status": "ok", "step_seconds": 0.5, "flops": 1e12}


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "jax-jit 0.5 s, 2 TFLOP/s, None bytes"),
        ({"items": 1e12, "item_unit": "bytes"}, "jax-jit 0.5 s, 2000 GB/s, None bytes"),
        ({"gpu_foreign_processes": 2}, "jax-jit 0.5 s, 2 TFLOP/s, None bytes, 2 foreign processes"),
        ({"gpu_throttle_reasons": "power limit"}, "jax-jit 0.5 s, 2 TFLOP/s, None bytes, held down by power limit"),
        ({"status": "oom", "message": "too large"}, "jax-jit oom: too large"),
    ],
)
def test_a_run_is_told_with_what_the_device_did(facts, told):
    assert gpu_check.told_of(ROW | facts) == told
