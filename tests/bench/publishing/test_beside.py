"""What stands beside published results: the list of the machines, and the record of where they come from."""

import hashlib
import json

import pytest

from bench import schema
from bench.publishing.crate import RECORD, record
from bench.publishing.listing import LIST, list_machines
from bench.publishing.publish import publish
from bench.runs import trial_file
from tests.bench.results.planted import run
from tests.checkout import ROOT

COMMITTED = ROOT / "results/published"


@pytest.fixture
def copied(tmp_path):
    """The machines that are published, without what stands beside them."""
    for path in COMMITTED.glob("*/"):
        (tmp_path / path.name).symlink_to(path)
    return tmp_path


def test_what_is_committed_is_what_the_script_writes(copied):
    list_machines(copied)
    record(copied, ROOT / "CITATION.cff")
    for name in (LIST, RECORD):
        assert (copied / name).read_text() == (COMMITTED / name).read_text(), name
    assert (copied / LIST).read_text().count("\n| `") == len([*COMMITTED.glob("*/")]) >= 1


def test_the_record_has_every_file_with_its_checksum_and_what_made_it(copied):
    record(copied, ROOT / "CITATION.cff")
    graph = {entry["@id"]: entry for entry in json.loads((copied / RECORD).read_text())["@graph"]}
    files = {path.relative_to(copied).as_posix(): path for path in copied.glob("*/*")}
    assert {name for name, entry in graph.items() if entry["@type"] == "File"} == set(files)
    for name, path in files.items():
        assert graph[name]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert int(graph[name]["contentSize"]) == path.stat().st_size
    for action in (entry for entry in graph.values() if entry["@type"] == "CreateAction"):
        assert {file["@id"] for file in action["result"]} <= set(files)
        assert graph[action["instrument"]["@id"]]["name"] == "PyTorch against JAX"
        assert action["startTime"] <= action["endTime"]
        assert "torch" in action["description"]


def test_a_machine_is_one_row_of_the_list_whatever_its_facts_hold(tmp_path):
    folder = tmp_path / "results/other"
    rows = [run("jax", "jit", 0, fingerprint="f", rounds=[0, 1, 2], places=[0] * 3)]
    schema.write(trial_file(folder, rows[0]), "trial", rows)
    (folder / "hardware.json").write_text('{"cpu_model": "a | b\\n<script>", "gpus": [{"name": "One"}, 7]}')
    target = folder.parent / "published/other"
    publish(folder, target, own=False)
    list_machines(target.parent)
    (row,) = (line for line in (target.parent / LIST).read_text().splitlines() if line.startswith("| `other`"))
    assert row.replace("\\|", "").count("|") == 10
    assert "<script>" not in row
    assert "One, 7" in row
