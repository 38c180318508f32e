"""A copy of the package with workloads planted in it, so that the real command measures them."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bench import schema
from tests.checkout import ROOT

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
        for name in ("workflow", "profiles", "envs"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("Snakefile", "config.yaml"):
            shutil.copy(ROOT / name, root / name)

    def plant(self, name: str, framework: str = "torch", code: str = "") -> None:
        """Add a workload training/<name> whose implementation ends with `code`."""
        folder = self.root / "workflow/bench/workloads/training" / name
        folder.mkdir()
        (folder / "problem.py").write_text(PROBLEM)
        for each in ("torch", "jax"):
            own = textwrap.dedent(code) if each == framework else ""
            (folder / f"{each}_impl.py").write_text(IMPLEMENTATION + own)

    def command(
        self,
        workload: str,
        *,
        framework: str = "torch",
        mode: str = "eager",
        run: int = 0,
        precision: str = "float32",
        task: str = "train",
        settings: str = "",
    ) -> list[str]:
        family, name = workload.split("/")
        plan = self.root / "settings.json"
        plan.write_text(
            settings
            or '{"plan": {"budget_seconds": 0.1, "warmup_seconds": 0.1, "least_values": 3}, '
            '"timeout_seconds": 60, "exclusive": true}'
        )
        return [
            sys.executable,
            str(self.root / "workflow/scripts/measure.py"),
            "--family",
            family,
            "--workload",
            name,
            "--task",
            task,
            "--size",
            "tiny",
            "--precision",
            precision,
            "--device",
            "cpu",
            "--framework",
            framework,
            "--mode",
            mode,
            "--run",
            str(run),
            "--hardware",
            "test",
            "--cpu-threads",
            "1",
            "--settings",
            str(plan),
            "--caches",
            str(self.root / "caches"),
            "--output",
            str(self.output(run)),
        ]

    def keep_only(self, *workloads: str) -> None:
        """Remove all workloads but these, so that a workflow has little to do."""
        for problem in (self.root / "workflow/bench/workloads").glob("*/*/problem.py"):
            if f"{problem.parent.parent.name}/{problem.parent.name}" not in workloads:
                shutil.rmtree(problem.parent)

    def snakemake(self, *arguments: str, check: bool = True, **config: object) -> subprocess.CompletedProcess[str]:
        """Run the workflow as a user does."""
        done = subprocess.run(
            self.snakemake_command(*arguments, **config),
            cwd=self.root,
            capture_output=True,
            text=True,
            env=self.environment,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def snakemake_command(self, *arguments: str, **config: object) -> list[str]:
        settings = [f"{key}={value}" for key, value in {"preset": "smoke", "hardware": "test", **config}.items()]
        return [sys.executable, "-m", "snakemake", "--cores", "all", *arguments, "--config", *settings]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the workflow: its `python` is the one that runs the tests."""
        return os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def run_files(self) -> dict[str, int]:
        """Every run file of the workflow and when it was written (ns)."""
        runs = self.root / "results/test/runs"
        return {str(path.relative_to(runs)): path.stat().st_mtime_ns for path in runs.glob("**/*.parquet")}

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
