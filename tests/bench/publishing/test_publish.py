"""A published machine says the same as the folder of its trials, in a handful of files."""

import subprocess
import sys

import pytest

from bench import schema
from bench.publishing.publish import lay_out, publish
from bench.results.collect import tables_of
from bench.results.reading import read_machine
from bench.runs import PUBLISHED, trial_file
from tests.bench.results.planted import run
from tests.checkout import ROOT

VARIANTS = (("torch", "eager"), ("jax", "jit"))
OBSERVED = {
    "family": "training",
    "workload": "mlp",
    "task": "train",
    "mode": "jit",
    "framework": "jax",
    "status": "ok",
    "message": "",
    "name": "loss",
    "shape": [1],
    "values": [1.0],
    "precision": "float64",
}
EVENT = {
    "hardware": "other",
    "workload": "tracing",
    "framework": "jax",
    "name": "traces",
    "outcome": "ok",
    "value": 1.0,
}


@pytest.fixture
def folder(tmp_path):
    """The results of a machine: three trials, what the gate observed, an example, and a damaged trial."""
    folder = tmp_path / "results/other"
    for number in range(3):
        rows = [
            run(*variant, number, fingerprint="f", rounds=[0, 1, 2], places=[place] * 3)
            for place, variant in enumerate(VARIANTS)
        ]
        schema.write(trial_file(folder, rows[0]), "trial", rows)
    schema.write(folder / "parity/training/mlp/jax.parquet", "observations", [OBSERVED])
    schema.write(folder / "events/tracing/jax.parquet", "events", [EVENT])
    (folder / "hardware.json").write_text('{"name": "Other"}')
    damaged = trial_file(folder, run(number=3))
    damaged.write_bytes(b"PAR1")
    return folder


def test_the_tables_are_the_same_and_the_files_are_four(folder):
    target = folder.parent / "published/other"
    assert len(publish(folder, target, own=False).left_out) == 1
    before, after = (read_machine(place, own=False) for place in (folder, target))
    assert tables_of(before) == tables_of(after)
    assert before.facts == after.facts
    assert after.left_out == []
    published = {PUBLISHED[table] for table in ("trial", "observations", "events")}
    assert {path.name for path in target.iterdir()} == {*published, "hardware.json"}
    assert [path.name for path in target.parent.iterdir()] == ["other"]


def test_published_trials_are_laid_out_again_and_nothing_that_is_there_is_replaced(folder):
    released = run("jax", "jit", 0, version="0.9.1", release="jax@0.9.1", fingerprint="f", rounds=[0], places=[0])
    schema.write(trial_file(folder, released), "release_trial", [released])
    published, again = folder.parent / "published/other", folder.parent / "again/other"
    before = publish(folder, published, own=False)
    newer = trial_file(again, run(number=1))
    newer.parent.mkdir(parents=True)
    newer.write_bytes(b"newer")
    assert lay_out(published, again) == 3
    assert newer.read_bytes() == b"newer"
    newer.unlink()
    assert lay_out(published, again) == 1
    after = read_machine(again, own=False)
    assert (after.runs, after.releases) == (before.runs, before.releases)


def test_nothing_published_is_said(tmp_path):
    with pytest.raises(ValueError, match="holds no trial"):
        lay_out(tmp_path / "published/other", tmp_path / "other")


def test_what_was_measured_of_releases_is_published_too(folder):
    released = {"release": "jax@0.9.1", "fingerprint": "f", "rounds": [0, 1, 2], "places": [0] * 3}
    rows = [run("jax", "jit", 0, version=version, **released) for version in ("", "0.9.1")]
    schema.write(trial_file(folder, rows[0]), "release_trial", rows)
    schema.write(folder / "parity/training/mlp/jax@0.9.1.parquet", "observations", [OBSERVED])
    target = folder.parent / "published/other"
    publish(folder, target, own=False)
    before, after = (read_machine(place, own=False) for place in (folder, target))
    assert len(after.releases) == 2
    assert len(after.release_observations) == 1
    assert tables_of(before) == tables_of(after)
    assert after.left_out == []


def test_publishing_again_replaces_what_was_there(folder):
    target = folder.parent / "published/other"
    target.mkdir(parents=True)
    (target / "stale.parquet").write_bytes(b"")
    publish(folder, target, own=False)
    assert not (target / "stale.parquet").exists()


@pytest.mark.parametrize(
    ("removed", "lost"),
    [
        ("parity", PUBLISHED["observations"]),
        ("events", PUBLISHED["events"]),
        ("hardware.json", "hardware.json"),
    ],
)
def test_what_did_not_run_again_and_what_the_machine_is_are_not_lost(folder, removed, lost):
    target = folder.parent / "published/other"
    publish(folder, target, own=False)
    before = read_machine(target, own=False)
    (folder / removed).rename(folder.parent / "removed")
    with pytest.raises(ValueError, match=f"nothing of what stands in {lost} of .*make report"):
        publish(folder, target, own=False)
    assert read_machine(target, own=False) == before


def test_a_published_file_that_was_tampered_with_is_named_and_left_out(folder):
    target = folder.parent / "published/other"
    rows = publish(folder, target, own=False).runs
    for wrong, reason in (
        ([*rows, rows[0]], "holds a run twice"),
        ([row | {"hardware": "another"} for row in rows], "measured on another"),
        ([], "holds no run"),
    ):
        schema.write(target / PUBLISHED["trial"], "trial", wrong)
        machine = read_machine(target, own=False)
        assert machine.runs == []
        assert reason in machine.left_out[0]


def test_nothing_sound_is_not_published(folder):
    target = folder.parent / "published/other"
    with pytest.raises(ValueError, match=r"no sound run.*changed since"):
        publish(folder, target, own=True)
    assert not target.exists()


def test_the_name_of_a_machine_cannot_be_changed_by_publishing_it(folder):
    with pytest.raises(ValueError, match="name is in every row"):
        publish(folder, folder.parent / "published/renamed", own=False)


def test_the_command_says_what_is_missing(tmp_path):
    command = [sys.executable, ROOT / "workflow/scripts/publish.py", "--hardware", "nowhere", "--results", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert "nowhere holds no sound run" in done.stderr
    assert not list(tmp_path.iterdir())
