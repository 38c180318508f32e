"""A copy of the package with workloads planted in it, so that the real command measures them."""

import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bench import schema
from tests.checkout import ROOT

PROBLEM = '''
"""A planted problem."""
import numpy as np
TITLE = {"en": "planted", "zh": "planted"}
SECTION = 5
SCENARIO = "practice"
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
        for name in ("Snakefile", "config.yaml", "CITATION.cff"):
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
        variants: Sequence[str] = (),
        twins: Sequence[str] = (),
        trial: int = 0,
        precision: str = "float32",
        task: str = "train",
        settings: str = "",
    ) -> list[str]:
        """The command that measures one trial; of one variant, unless `variants` names those that take turns."""
        family, name = workload.split("/")
        plan = self.root / "settings.json"
        plan.write_text(
            settings
            or '{"plan": {"budget_seconds": 0.1, "warmup_seconds": 0.1, "least_values": 3}, '
            '"timeout_seconds": 60, "exclusive": true, "most_repeats": 0}'
        )
        options = {
            "family": family,
            "workload": name,
            "task": task,
            "size": "tiny",
            "precision": precision,
            "device": "cpu",
            "trial": trial,
            "hardware": "test",
            "cpu-threads": 1,
            "settings": plan,
            "caches": self.root / "caches",
            "output": self.output(trial),
        }
        given = [str(word) for key, value in options.items() for word in (f"--{key}", value)]
        named = ["--variants", *(variants or [f"{framework}-{mode}"]), *(["--twins", *twins] if twins else [])]
        return [sys.executable, str(self.root / "workflow/scripts/measure.py"), *given, *named]

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

    def trial_files(self) -> dict[str, int]:
        """Every trial's file of the workflow and when it was written (ns)."""
        trials = self.root / "results/test/trials"
        return {str(path.relative_to(trials)): path.stat().st_mtime_ns for path in trials.glob("**/*.parquet")}

    def output(self, trial: int = 0) -> Path:
        return self.root / f"out/trial.{trial}.parquet"

    def measure_all(self, workload: str, *, trial: int = 0, **options: Any) -> list[dict]:
        """Measure one trial with the real command; returns the rows of its file."""
        done = subprocess.run(self.command(workload, trial=trial, **options), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return [row | {"lines": done.stdout} for row in schema.read(self.output(trial), "trial")]

    def measure(self, workload: str, *, trial: int = 0, **options: Any) -> dict:
        """Measure one variant by itself; returns its row."""
        (row,) = self.measure_all(workload, trial=trial, **options)
        return row


@pytest.fixture
def bench(tmp_path):
    """A fresh copy of the package."""
    return Bench(tmp_path)
