"""A workload outside the repository by the commands that a user types: written, checked, compared."""

import subprocess
import sys

import pytest

from tests.bench.own import planted


@pytest.fixture
def run(bench):
    """A command of the scripts in a copy of the checkout, by a user who has packages of his own."""
    packages = bench.root / "packages"
    packages.mkdir()
    (packages / "my_package.py").write_text("LEARNING_RATE = 1e-3\n")

    def call(script, *arguments):
        return subprocess.run(
            [sys.executable, str(bench.root / "workflow/scripts" / f"{script}.py"), *map(str, arguments)],
            cwd=bench.root,
            capture_output=True,
            text=True,
            env=bench.environment | {"PYTHONPATH": str(packages)},
        )

    return call


def test_the_template_is_written_once(run, bench):
    done = run("workload", "mine")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (bench.root / "own/mine").iterdir()) == [
        "jax_impl.py",
        "problem.py",
        "torch_impl.py",
    ]
    assert "make check NAME=own/mine" in done.stdout
    again = run("workload", "mine")
    assert again.returncode == 1 and "own/mine is not empty" in again.stderr


def test_what_is_no_workload_is_refused_by_name(run):
    done = run("compare", "nowhere")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: workload is 'nowhere', allowed are a folder, ")


@pytest.mark.slow
@pytest.mark.serial
def test_the_template_passes_its_check_and_is_compared_in_lines(run, tmp_path):
    place = planted.template(tmp_path / "mine")
    problem, implementation = (place / f"{name}.py" for name in ("problem", "jax_impl"))
    problem.write_text(problem.read_text().replace("LEARNING_RATE = 1e-3", "from my_package import LEARNING_RATE"))
    implementation.write_text(implementation.read_text().replace("import optax", "import optax\nimport scipy"))
    checked = run("compare", place, "--check", "--modes", "eager", "jit")  # compiled: tests/test_your_model.py
    assert checked.returncode == 0, checked.stdout + checked.stderr
    for variant in ("torch eager", "jax eager", "jax jit"):
        for task in ("train", "forward", "gradient"):
            assert f"  {variant} {task}: " in checked.stdout
    assert "Both compute the same." in checked.stdout
    assert "reference() is left out" in checked.stdout

    done = run("compare", place, "--trials", 2, "--modes", "eager", "jit")
    assert done.returncode == 0, done.stdout + done.stderr
    (pair,) = [line for line in done.stdout.splitlines() if "train small float32 cpu: torch eager / jax jit" in line]
    assert "[" in pair and "by 2 trials" in pair
    assert list((place / "results").glob("*/trials/own/mine/train-small-float32-cpu.1.parquet"))

    again = run("compare", place, "--trials", 2, "--modes", "eager", "jit")
    assert "#0" in done.stdout and "#0" not in again.stdout, "what is there is not measured again"


@pytest.mark.serial
def test_a_model_that_computes_something_else_is_named_with_its_first_layer(run, tmp_path):
    place = planted.template(tmp_path / "mine")
    text = (place / "torch_impl.py").read_text()
    (place / "torch_impl.py").write_text(
        text.replace("functional.relu(self.hidden(x))", "functional.silu(self.hidden(x))")
    )
    done = run("compare", place, "--check", "--modes", "eager", "jit")
    assert done.returncode == 1
    assert "  torch eager forward: output differs by" in done.stdout
    assert "The two do not compute the same: nothing is timed." in done.stdout


@pytest.mark.serial
def test_what_a_users_file_raises_is_told_with_its_line(run, tmp_path):
    place = planted.template(tmp_path / "mine")
    text = (place / "jax_impl.py").read_text()
    (place / "jax_impl.py").write_text(text.replace("return hidden @", "raise KeyError('hidden')\n    return hidden @"))
    done = run("compare", place, "--check", "--modes", "eager", "jit")
    assert done.returncode == 1
    assert "One of the two does not run: nothing is timed." in done.stdout
    assert "KeyError: 'hidden' (jax_impl.py, line " in done.stdout
    assert "in scores: raise KeyError('hidden'))" in done.stdout


@pytest.mark.slow
@pytest.mark.serial
def test_a_workflow_measures_a_folder_and_shows_it_on_the_page(bench, tmp_path):
    place = planted.template(tmp_path / "mine")
    done = bench.snakemake(own=place, workloads="own", languages="en", frameworks="torch,jax")
    assert (bench.root / "results/test/trials/own/mine/train-tiny-float32-cpu.0.parquet").exists(), done.stderr
    page = (bench.root / "report/index.html").read_text()
    assert "Your own workloads" in page and "mine" in page
    assert not (bench.root / "results/test/events").exists(), "examples run only where no workload is named"
    asked = [sys.executable, "workflow/scripts/answer.py", "--hardware", "test", "--workloads"]
    told = subprocess.run([*asked, "own"], cwd=bench.root, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("own/mine\n") and "  train tiny float32 cpu: torch eager" in told.stdout
    nothing = subprocess.run([*asked, "own/other"], cwd=bench.root, capture_output=True, text=True)
    assert "workloads is own/other, measured are" in nothing.stderr
