"""Runs independent.py for a framework, in the environment in which runs are measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measuring import environment, hardware

SCRIPT = Path(__file__).with_name("independent.py")
PYPERF = ("--worker", "--values", "30", "--warmups", "1", "--loops", "1")


def turns(framework: str) -> list[dict[str, float]]:
    """Medians of our clock (`ours`) and of the independent one (`theirs`), in seconds, taken in turns."""
    cpus = hardware.measuring_cpus()
    with tempfile.TemporaryDirectory() as caches:
        variables = environment.variables(os.environ, device="cpu", threads=len(cpus), caches=Path(caches))
        command = [sys.executable, str(SCRIPT), framework, *(PYPERF if framework == "jax" else ())]
        done = subprocess.run(
            command, env=variables, capture_output=True, text=True, check=True, preexec_fn=lambda: environment.pin(cpus)
        )
    result = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    return json.loads(result.removeprefix("RESULT "))["turns"]
