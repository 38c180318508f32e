"""Faults planted in the perceptron, and what the command of the parity gate observes of a workload."""

import subprocess
import sys

from bench import schema

JIT_ONLY = '\nMODES = {"torch": (), "jax": ("jit",)}\n'


def change(bench, file, old, new):
    """Plant a fault in the perceptron."""
    path = bench.root / "workflow/bench/workloads/training/mlp" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def observed(bench, framework, workload="training/mlp", *checks, settings=None):
    """Run the real command in a checkout, with all checks or with those named (`mode:task`); read what it wrote."""
    output = bench.root / "out.parquet"
    command = [sys.executable, str(bench.root / "workflow/scripts/check.py"), "--framework", framework]
    command += ["--workload", workload, "--output", str(output), *(["--checks", *checks] if checks else [])]
    command += ["--settings", str(settings)] if settings else []
    subprocess.run(command, check=True, capture_output=True)
    return schema.read(output, "observations")
