"""What the rules ask: a configuration that cannot be measured ends with one sentence."""

import os
import subprocess
import sys
import tempfile

import pytest

from bench import schema
from bench.guard import callers, folders
from bench.planning import snakefile
from tests.bench.planning.planted import plan


def test_a_configuration_that_leaves_nothing_to_measure_is_one_sentence():
    with pytest.raises(SystemExit, match=r"^Error: config\.yaml: nothing is left to measure"):
        snakefile.settings_of({"devices": "cpu", "hardware": "test", "frameworks": "torch", "modes": "jit"})


@pytest.mark.parametrize(("preset", "there"), [("quick", False), ("standard", True)])
def test_long_examples_and_those_of_public_cases_are_run_where_the_preset_is_for_publishing(preset, there):
    settings = plan(preset=preset)
    names = {path.split("/")[-2] for path in snakefile.event_files(settings, "results/test")}
    assert [name in names for name in ("reported_values", "as_installed", "data_parallel")] == [there] * 3
    assert "tracing" in names
    gated = {path.split("/")[-3] for path in snakefile.parity_files(settings, "results/test")}
    assert ("cases" in gated) == there


def test_what_the_workflow_starts_knows_it_and_no_packages_of_the_users_home(monkeypatch, tmp_path):
    monkeypatch.delenv("PYTHONNOUSERSITE", raising=False)
    monkeypatch.setenv(callers.WORKFLOW, "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / f"{folders.PREFIX}trial.left").mkdir()
    (tmp_path / "own").mkdir()
    snakefile.prepare(tmp_path / "own")
    assert [path.name for path in tmp_path.iterdir()] == ["own"]
    script = f"import os, sys; print(sys.flags.no_user_site, os.environ[{callers.WORKFLOW!r}])"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["1", str(os.getpid())]
    del os.environ["PYTHONNOUSERSITE"]


def test_what_may_not_be_read_of_another_machine_is_no_input(monkeypatch, tmp_path):
    """Snakemake would end with it; where the tables are made it is named."""
    for name in ("other", "closed"):
        schema.write(tmp_path / f"results/{name}/trials/file.parquet", "trial", [])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "access", lambda path, mode: "closed" not in str(path))
    assert snakefile.foreign_files("results/test") == ["results/other/trials/file.parquet"]


OBSERVED = dict.fromkeys(schema.OBSERVATIONS) | {
    "family": "training",
    "workload": "mlp",
    "task": "train",
    "framework": "jax",
    "mode": "jit",
    "status": "ok",
    "name": "loss",
    "shape": [1],
    "values": [1.0],
    "precision": "float64",
}
HAPPENED = {"hardware": "test", "workload": "graphs", "framework": "jax", "name": "first", "outcome": "ok"}


@pytest.mark.parametrize(
    ("tree", "table", "row", "failed"),
    [
        ("parity", "observations", OBSERVED, False),
        ("parity", "observations", OBSERVED | {"status": "failed", "name": None, "shape": None, "values": None}, True),
        ("events", "events", HAPPENED, False),
        ("events", "events", HAPPENED | {"name": "unfinished", "outcome": "raised"}, True),
    ],
)
def test_checks_that_failed_and_examples_without_an_end_are_known(tmp_path, tree, table, row, failed):
    path = tmp_path / tree / "file.parquet"
    schema.write(path, table, [row])
    assert snakefile.is_whole(str(path))
    assert snakefile.has_failed(str(path)) is failed
    path.write_bytes(path.read_bytes()[:-9])
    assert not snakefile.is_whole(str(path))
    assert snakefile.has_failed(str(path))
