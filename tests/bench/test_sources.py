"""What has to be measured again: what a process executes has changed, and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench import sources
from tests.checkout import ROOT

MLP = "workloads/training/mlp"
ELSEWHERE = {
    "a docstring": (f"{MLP}/problem.py", "Multilayer", "Another multilayer"),
    "a comment": ("measuring/timing.py", "import gc\n", "import gc  # to switch it off\n"),
    "the layout": ("measuring/timing.py", "    watch = Stopwatch()\n", "    watch = (\n        Stopwatch()\n    )\n"),
    "a title": (f"{MLP}/problem.py", "TITLE = {", 'TITLE = {"fr": "perceptron", '),
    "the section that shows it": (f"{MLP}/problem.py", "SECTION = 5", "SECTION = 4"),
    "a scenario": (f"{MLP}/problem.py", 'SCENARIO = "practice"', 'SCENARIO = "vision"'),
    "which tasks are quick": (f"{MLP}/problem.py", "QUICK_TASKS = (", 'QUICK_TASKS = ("forward", '),
    "a verdict rule": ("results/statistics.py", "LEVEL = 0.05", "LEVEL = 0.01"),
    "a statistic of tables": ("results/cells.py", "def peak_rows", "def _unused():\n    return 1\n\n\ndef peak_rows"),
    "a claim's rule": ("claims/rules.py", "EQUAL = 1.1", "EQUAL = 1.2"),
    "a preset": ("planning/settings.py", "trials=3,", "trials=4,"),
    "the words of the tables": ("vocabulary.py", 'VERDICTS = ("jax faster"', 'VERDICTS = ("never", "jax faster"'),
    "what watches the process": (
        "measuring/supervisor.py",
        "timeout_seconds: float = 600.0",
        "timeout_seconds: float = 5.0",
    ),
    "the other framework": (f"{MLP}/torch_impl.py", "def build(", "EDITED = True\n\n\ndef build("),
    "another backend": ("backends/torch_backend.py", "def configure(", "EDITED = True\n\n\ndef configure("),
    "another workload": ("workloads/training/gpt/jax_impl.py", "def build(", "EDITED = True\n\n\ndef build("),
}
EXECUTED = {
    "the clock": ("measuring/timing.py", "        wait()\n", "        wait()\n        wait()\n"),
    "how the clock decides": ("series.py", "NEGLIGIBLE_TREND = 0.005", "NEGLIGIBLE_TREND = 0.05"),
    "the worker": ("measuring/worker.py", "BUSY_SHARE = 0.5", "BUSY_SHARE = 0.9"),
    "the backend": ("backends/jax_backend.py", "def configure(", "EDITED = True\n\n\ndef configure("),
    "the implementation": (f"{MLP}/jax_impl.py", "def build(", "EDITED = True\n\n\ndef build("),
    "a problem's inputs": (f"{MLP}/problem.py", "default_rng(", "default_rng(1 + "),
    "a variable of the environment": ("measuring/environment.py", '"PYTHONHASHSEED": "0"', '"PYTHONHASHSEED": "1"'),
}


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The package in a place of its own, where it can be edited."""
    shutil.copytree(ROOT / "workflow/bench", tmp_path / "bench", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(sources, "PACKAGES", tmp_path)
    return tmp_path / "bench"


def digest():
    """Of a run of the perceptron in JAX, as it would be recorded now."""
    return sources.digest(sources.run_roots("training", "mlp", "jax"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path} no longer holds {old!r}"
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize("what", ELSEWHERE)
def test_a_change_of_what_a_run_does_not_execute_measures_nothing(copied, what):
    before = digest()
    file, old, new = ELSEWHERE[what]
    edit(copied / file, old, new)
    assert digest() == before


@pytest.mark.parametrize("what", EXECUTED)
def test_a_change_of_what_a_run_executes_measures_it_again(copied, what):
    before = digest()
    file, old, new = EXECUTED[what]
    edit(copied / file, old, new)
    assert digest() != before


def test_data_beside_a_workload_count_by_their_bytes(copied):
    roots = sources.run_roots("training", "gpt", "jax")
    before = sources.digest(roots)
    (text,) = (copied / "workloads/training/gpt").glob("*.gz")
    text.write_bytes(text.read_bytes() + b"\n")
    assert sources.digest(roots) != before


def test_the_gate_and_the_examples_have_digests_of_their_own(copied):
    gate, examples = sources.check_roots("training", "mlp", "jax"), sources.example_roots("tracing", "jax")
    before = sources.digest(gate), sources.digest(examples), digest()
    edit(copied / "measuring/gate.py", "LONGEST_MESSAGE = 2000", "LONGEST_MESSAGE = 3000")
    edit(copied / "measuring/record.py", "values: int = 9", "values: int = 11")
    after = sources.digest(gate), sources.digest(examples), digest()
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, False, True]


def test_every_file_that_a_run_depends_on_lies_in_the_package():
    found = sources.files(sources.run_roots("training", "gpt", "torch"))
    assert all(path.is_relative_to(ROOT / "workflow/bench") for path in found)
    names = {path.name for path in found}
    assert {"worker.py", "timing.py", "series.py", "torch_backend.py", "torch_impl.py", "problem.py"} <= names
    assert not names & {"statistics.py", "jax_backend.py", "jax_impl.py", "catalogue.py", "schema.py"}


def answers(python: str) -> bool:
    return subprocess.run([python, "--version"], capture_output=True).returncode == 0


OTHERS = [
    path
    for version in range(11, 16)
    if (path := shutil.which(f"python3.{version}")) and version != sys.version_info.minor and answers(path)
]


@pytest.mark.skipif(not OTHERS, reason="no other version of Python is installed")
@pytest.mark.parametrize("python", OTHERS)
def test_another_version_of_python_finds_the_same_digest(python):
    script = "from bench import sources; print(sources.run_digest('training', 'gpt', 'jax'))"
    done = subprocess.run([python, "-c", script], cwd=ROOT / "workflow", capture_output=True, text=True)
    assert done.stdout.strip() == sources.run_digest("training", "gpt", "jax"), done.stderr


@pytest.mark.parametrize("roots", [sources.run_roots, sources.check_roots])
def test_the_loops_for_numba_are_part_of_what_the_base_line_executes(roots):
    def has_loops(name, framework):
        return f"bench.workloads.science.{name}.numba_loops" in sources.reached(roots("science", name, framework))

    assert has_loops("nbody", "numpy")
    assert not has_loops("nbody", "torch")
    assert not has_loops("isoneutral_mixing", "numpy")
