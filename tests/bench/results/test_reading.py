"""Reading the folder of another machine: what cannot be believed is named and left out."""

import json
import os

import pyarrow.parquet as pq
import pytest

from bench import schema, sources
from bench.results import reading, time_spent
from bench.results.collect import tables_of
from bench.runs import PUBLISHED
from tests.bench.results.planted import run

MLP = "runs/training/mlp/train-small-float32-cpu"


@pytest.fixture
def folder(tmp_path):
    """The results of another machine: three sound runs of a variant of each framework."""
    for framework, mode in (("torch", "eager"), ("jax", "jit")):
        for number in range(3):
            path = tmp_path / "other" / MLP / f"{framework}-{mode}.{number}.parquet"
            schema.write(path, "run", [run(framework, mode, number)])
    (tmp_path / "other/hardware.json").write_text('{"name": "Other"}')
    return tmp_path / "other"


def tables(folder):
    """All tables of the machine, and what was left out."""
    machine = reading.read_machine(folder, own=False)
    time_spent.shares(machine.runs)
    return tables_of(machine), machine.left_out


def test_sound_runs_are_all_read(folder):
    found, left_out = tables(folder)
    assert ([row["runs"] for row in found["cells"]], left_out) == ([3, 3], [])


ABSURD = [
    {"framework": None},
    {"family": None},
    {"run": None},
    {"step_seconds": 0.0},
    {"step_seconds": None},
    {"step_seconds": 1e-9},
    {"values": []},
    {"values": [1.0, -1.0]},
    {"check_values": None},
    {"check_values": [float("nan")]},
    {"started": "yesterday"},
    {"started": "2026-01-01"},
    {"items": None},
    {"scores": [1.0], "score_steps": [1.0, 2.0], "score_seconds": [1.0]},
    {"scores": [1.0]},
    {"scores": [float("inf")], "score_steps": [1.0], "score_seconds": [1.0]},
    {"scores": [1.0, 1.0], "score_steps": [2.0, 1.0], "score_seconds": [1.0, 2.0]},
    {"wall_seconds": None},
    {"versions": "[" * 5000},
    {"metrics": "[1]"},
    {"status": "failed", "started": "x"},
    {"started": "0001-01-01T00:00:00+23:59"},
    {"started": "9999-12-31T23:59:59-01:00"},
    {"wall_seconds": 9e17},
    {"values": [5e-324] * 3, "step_seconds": 5e-324},
    {"values": [1e300] * 3, "step_seconds": 1e300},
    {"drift": float("nan")},
    {"warmup_values": [None]},
    {"scores": [1.0], "score_steps": [1.0], "score_seconds": [1.0], "score_target": float("inf")},
    {"loops": 0},
    {"threads": -1},
    {"peak_host_bytes": 2**62},
    {"paired": True},
    {"paired": True, "rounds": [0, 1], "places": [0, 1, 2]},
    {"paired": True, "rounds": [0, 1, None], "places": [0, 1, 2]},
    {"family": "science", "check_summaries": 0},
    {"score_name": "two\nlines"},
    {"item_unit": "x" * 201},
]


@pytest.mark.parametrize("change", ABSURD, ids=str)
def test_an_absurd_run_of_another_machine_is_named_and_left_out(folder, change):
    schema.write(folder / MLP / "torch-eager.4.parquet", "run", [run(number=4, **change)])
    found, left_out = tables(folder)
    assert [row["runs"] for row in found["cells"]] == [3, 3]
    assert len(left_out) == 1
    assert "torch-eager.4.parquet" in left_out[0]


@pytest.mark.parametrize(
    "name",
    ["torch-eager.0 (copy).parquet", "torch-eager.4.parquet", "jax-jit.5.parquet", "deeper/torch-eager.0.parquet"],
)
def test_a_copy_under_another_name_does_not_count_twice(folder, name):
    schema.write(folder / MLP / name, "run", [run()])
    found, left_out = tables(folder)
    assert [row["runs"] for row in found["cells"]] == [3, 3]
    assert "another run than its place says" in left_out[0]


def test_a_file_of_several_runs_is_left_out(folder):
    schema.write(folder / MLP / "torch-eager.4.parquet", "run", [run(number=4), run(number=4)])
    assert "it holds 2 runs" in tables(folder)[1][0]


def test_runs_with_other_processors_or_packages_than_the_newest_are_left_out(folder):
    schema.write(folder / MLP / "torch-eager.0.parquet", "run", [run(threads=2)])
    schema.write(folder / MLP / "jax-jit.0.parquet", "run", [run("jax", "jit", versions='{"jax": "0.9"}')])
    found, left_out = tables(folder)
    assert [row["runs"] for row in found["cells"]] == [2, 2]
    assert sorted(reason.split(": ")[1][:17] for reason in left_out) == ["it was measured w"] * 2


def test_what_was_measured_with_other_code_than_is_here_is_named_and_kept(folder):
    digest = sources.run_digest("training", "mlp", "torch")
    schema.write(folder / MLP / "torch-eager.0.parquet", "run", [run(source_digest=digest)])
    machine = reading.read_machine(folder, own=False)
    assert (machine.changed, machine.left_out) == (["training/mlp"], [])  # of the other files
    for path in (folder / MLP).glob("*.parquet"):
        if path.name != "torch-eager.0.parquet":
            path.unlink()
    assert reading.read_machine(folder, own=False).changed == []


def test_a_file_and_a_folder_that_may_not_be_read_are_named(folder, monkeypatch):
    path = folder / MLP / "torch-eager.0.parquet"

    def refused(place, *rest):
        raise PermissionError(13, "Permission denied", str(place))

    closed = folder.parent / "closed"
    closed.mkdir()
    monkeypatch.setattr(os, "access", lambda place, mode: place != closed)
    assert reading.ignored_folders(folder.parent, "own") == [f"{closed}: may not be read"]
    plain = pq.ParquetFile
    monkeypatch.setattr(
        pq, "ParquetFile", lambda place, **how: refused(place) if place == path else plain(place, **how)
    )
    (reason,) = tables(folder)[1]
    assert "torch-eager.0.parquet: cannot be read" in reason


OBSERVED = {
    "family": "training",
    "workload": "mlp",
    "task": "train",
    "framework": "torch",
    "mode": "eager",
    "status": "ok",
    "message": "",
    "name": "loss",
    "shape": [1],
    "values": [1.0],
}


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("examples/tracing", {"family": "examples", "workload": "tracing"}),
        ("training/mlp", {"shape": [7]}),
        ("training/mlp", {"shape": [-1]}),
        ("training/mlp", {"shape": None}),
        ("training/mlp", {"values": None}),
        ("training/mlp", {"values": [None]}),
        ("training/mlp", {"name": None}),
        ("training/mlp", {"framework": "jax"}),
        ("training/mlp", {"workload": "linear_regression"}),
    ],
)
def test_absurd_observations_are_named_and_left_out(folder, place, change):
    schema.write(folder / "parity" / place / "torch.parquet", "observations", [OBSERVED | change])
    found, left_out = tables(folder)
    assert found["parity"] == []
    assert "torch.parquet" in left_out[0]


def test_the_largest_and_smallest_numbers_that_are_believed_make_tables_that_are_believed(folder, tmp_path):
    for framework, mode, seconds in (("torch", "eager", (1e-10, 1e7, 1e-10)), ("jax", "jit", (1e7, 1e-10, 1e7))):
        for number, step in enumerate(seconds):
            row = run(framework, mode, number, values=[step] * 3, step_seconds=step, flops=9e17, items=9e17)
            schema.write(folder / MLP / f"{framework}-{mode}.{number}.parquet", "run", [row])
    found, left_out = tables(folder)
    assert left_out == []
    for name, rows in found.items():
        schema.write(tmp_path / f"{name}.parquet", name, rows)
        assert len(schema.read(tmp_path / f"{name}.parquet", name)) == len(rows)


@pytest.mark.parametrize("family", ["graph", "examples", "nothing"])
def test_a_run_of_a_family_that_is_not_here_ends_nothing(folder, family):
    row = run(number=4, family=family)
    schema.write(folder / f"runs/{family}/mlp/train-small-float32-cpu/torch-eager.4.parquet", "run", [row])
    found = {(row["family"], row["framework"]): row["runs"] for row in tables(folder)[0]["cells"]}
    assert found == {("training", "torch"): 3, ("training", "jax"): 3, (family, "torch"): 1}


EVENT = {"workload": "packages", "framework": "jax", "name": "coverage.numpy", "outcome": "ok", "text": "{}"}


@pytest.mark.parametrize(
    "change", [{"name": None}, {"outcome": None}, {"outcome": "odd"}, {"name": "x" * 201}], ids=str
)
def test_absurd_events_are_named_and_left_out(folder, change):
    schema.write(folder / "events/packages/jax.parquet", "events", [{"hardware": "other"} | EVENT | change])
    found, left_out = tables(folder)
    assert found["events"] == found["coverage"] == []
    assert "jax.parquet" in left_out[0]


def test_a_function_without_a_place_is_nowhere_whatever_is_beside_it(folder):
    names = json.dumps({"function": {"": ["\x1b[31m", "fft"], "jax\ud800": ["add", 1]}, "distribution": float("inf")})
    schema.write(folder / "events/packages/jax.parquet", "events", [{"hardware": "other"} | EVENT | {"text": names}])
    found = tables(folder)[0]["coverage"]
    assert [(row["name"], row["place"]) for row in found] == [
        ("\\u001b[31m", None),
        ("add", "jax\\ud800"),
        ("fft", None),
    ]


def test_a_text_that_acts_on_a_terminal_is_read_as_what_it_is(folder):
    schema.write(folder / MLP / "torch-eager.0.parquet", "run", [run(status="failed", message="\x1b[31m\u202ered")])
    assert [row["message"] for row in tables(folder)[0]["cells"] if row["framework"] == "torch"] == [
        "failed: \\u001b[31m\\u202ered"
    ]


@pytest.mark.parametrize("name", ["x\x1b[31m.parquet", "x\ny.parquet", "x\udcff.parquet", "\u202ex.parquet"], ids=ascii)
def test_a_file_whose_name_acts_on_a_terminal_is_named_on_one_plain_line(folder, name):
    (folder / MLP / name).write_bytes(b"PAR1")
    (reason,) = tables(folder)[1]
    assert reason.isprintable()
    reason.encode()
    assert reason.startswith(str(folder))


@pytest.mark.parametrize("target", ["nowhere.parquet", "link.parquet"])
def test_a_link_that_leads_nowhere_is_named_and_left_out(folder, target):
    (folder / MLP / "link.parquet").symlink_to(target)
    found, left_out = tables(folder)
    assert [row["runs"] for row in found["cells"]] == [3, 3]
    assert "link.parquet" in left_out[0]


def test_folders_that_are_not_read_are_named(folder):
    results = folder.parent
    for name in ("published/other", "published/new", "Bobs Laptop", "empty", ".unfinished"):
        (results / name).mkdir(parents=True)
        if name != "empty":
            schema.write(results / name / MLP / "torch-eager.0.parquet", "run", [run()])
    assert [path.name for path in reading.machine_folders(results, "own")] == ["own", "other", "new"]
    bob, other = reading.ignored_folders(results, "own")
    assert "Bobs Laptop: its name is not a plain one" in bob
    assert f"published/other: {results / 'other'} is read in its place" in other
    assert "published/other" not in str(reading.ignored_folders(results, "other"))


def test_published_results_of_this_machine_s_name_are_read_until_something_is_measured(tmp_path):
    published = tmp_path / "published/own" / PUBLISHED["trial"]
    schema.write(published, "trial", [run()])
    schema.write(tmp_path / "own/cells.parquet", "cells", [])  # a table, made of nothing
    assert reading.machine_folders(tmp_path, "own") == [published.parent]
    assert "published" not in str(reading.ignored_folders(tmp_path, "own"))
    schema.write(tmp_path / "own" / "trials" / "any.parquet", "trial", [run()])
    assert reading.machine_folders(tmp_path, "own") == [tmp_path / "own"]


@pytest.mark.parametrize("text", ["", "[1, 2]", "{", "[" * 50_000, '"' + "x" * 1_000_000 + '"'])
def test_facts_that_are_no_facts_are_named(folder, text):
    (folder / "hardware.json").write_text(text)
    machine = reading.read_machine(folder, own=False)
    assert machine.facts == {"hardware": "other"}
    assert "hardware.json" in machine.left_out[0]


def test_facts_are_cut_to_plain_values_and_cannot_rename_the_machine(folder):
    facts = {"hardware": "this", "name": "x" * 5000, "gpus": [{"name": "GPU", "deep": {"deeper": 1}}], "virtual": True}
    (folder / "hardware.json").write_text(json.dumps(facts))
    found = reading.read_machine(folder, own=False).facts
    assert found == {"hardware": "other", "name": "x" * 1000, "gpus": [{"name": "GPU", "deep": None}], "virtual": True}


def test_facts_hold_no_number_that_is_none_and_no_text_that_acts(folder):
    (folder / "hardware.json").write_text(
        '{"memory_bytes": 1e999, "ram": 1%s, "cpu": "\\u001b[31m\\ud800"}' % ("0" * 400)
    )
    found = reading.read_machine(folder, own=False).facts
    assert found == {"hardware": "other", "memory_bytes": None, "ram": None, "cpu": "\\u001b[31m\\ud800"}
