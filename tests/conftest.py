"""A copy of the package with workloads planted in it, so that the real command measures them."""

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bench import schema

ROOT = Path(__file__).parents[1]

PROBLEM = '''
"""A planted problem."""
import numpy as np
TITLE = {"en": "planted", "zh": "planted"}
SECTION = 5
SCENARIO = "planted"
ITEM = "rows"
SIZES = {"tiny": {}, "small": {}}
TASKS = ("train",)
CHECK_TASKS = ("train",)
PRECISIONS = ("float32", "float64")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float32": 1e-4, "float64": 1e-8}

class Problem:
    """Nothing in particular."""
    def __init__(self, size): self.size = size
    def inputs(self): return {"x": np.ones((4, 4))}
    def parameters(self): return {}
    def flops(self, task): return 1.0
    def items(self, task): return 1.0
    def reference(self, task): return {}
'''

IMPLEMENTATION = '''
"""A planted implementation."""
import numpy as np

class Step:
    """Twenty milliseconds of work, unless a test plants something else."""
    steps_per_call = 1
    def __init__(self): self.loss = 1.0
    def stages(self): return []
    def step(self):
        import time
        time.sleep(0.005)
    def wait(self): pass
    def observe(self): return {"loss": np.array([self.loss])}

def build(problem, task, mode, device, precision):
    return Step()
'''


class Bench:
    """A checkout in which workloads can be planted and measured with the real command."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT / "workflow", root / "workflow", ignore=shutil.ignore_patterns("__pycache__"))

    def plant(self, name: str, framework: str = "torch", code: str = "") -> None:
        """Add a workload training/<name> whose implementation ends with `code`."""
        folder = self.root / "workflow/bench/workloads/training" / name
        folder.mkdir()
        (folder / "problem.py").write_text(PROBLEM)
        for each in ("torch", "jax"):
            own = textwrap.dedent(code) if each == framework else ""
            (folder / f"{each}_impl.py").write_text(IMPLEMENTATION + own)

    def command(self, workload: str, *, framework: str = "torch", mode: str = "eager", run: int = 0,
                precision: str = "float32", task: str = "train", settings: str = "") -> list[str]:
        family, name = workload.split("/")
        plan = self.root / "settings.json"
        plan.write_text(settings or '{"plan": {"budget_seconds": 0.1, "warmup_seconds": 0.1, "least_values": 3}, '
                                    '"timeout_seconds": 60, "exclusive": true}')
        return [sys.executable, str(self.root / "workflow/bench/measure.py"), "--family", family, "--workload", name,
                "--task", task, "--size", "tiny", "--precision", precision, "--device", "cpu", "--framework",
                framework, "--mode", mode, "--run", str(run), "--hardware", "test", "--cpu-threads", "1",
                "--settings", str(plan), "--output", str(self.output(run))]

    def output(self, run: int = 0) -> Path:
        return self.root / f"out/run.{run}.parquet"

    def measure(self, workload: str, *, run: int = 0, **options: str) -> dict:
        """Measure one run with the real command; returns the row of its file."""
        done = subprocess.run(self.command(workload, run=run, **options), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return schema.read(self.output(run), "run")[0] | {"line": done.stdout}


@pytest.fixture
def bench(tmp_path):
    """A fresh copy of the package."""
    return Bench(tmp_path)
