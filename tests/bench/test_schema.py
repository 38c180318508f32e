"""Parquet files: written whole, validated when read."""

import os
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import schema
from tests.checkout import ROOT

NOISE = {
    "hardware": "this",
    "family": "training",
    "workload": "mlp",
    "task": "train",
    "size": "tiny",
    "precision": "float32",
    "device": "cpu",
    "framework": "jax",
    "mode": "jit",
    "ratio": 1.01,
    "runs": 3,
}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "noise.parquet"
    schema.write(path, "noise", [NOISE])
    return path


def test_what_is_written_is_read_and_missing_columns_are_null(file):
    assert schema.read(file, "noise") == [dict.fromkeys(schema.NOISE) | NOISE]


def test_writing_leaves_no_temporary_file(file):
    assert [path.name for path in file.parent.iterdir()] == ["noise.parquet"]


def test_a_column_that_the_table_does_not_have_is_refused_by_name(tmp_path):
    with pytest.raises(KeyError, match="colour"):
        schema.write(tmp_path / "noise.parquet", "noise", [NOISE | {"colour": "red"}])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kept", [0, 10, 200, -1])
def test_a_truncated_file_is_named(file, kept):
    content = file.read_bytes()
    file.write_bytes(content[:kept])
    with pytest.raises(schema.InvalidFile, match=r"noise\.parquet"):
        schema.read(file, "noise")


def test_a_changed_number_is_found(file):
    table = pq.read_table(file)
    changed = table.set_column(table.schema.get_field_index("ratio"), "ratio", pa.array([0.5]))
    pq.write_table(changed.replace_schema_metadata(table.schema.metadata), file)
    with pytest.raises(schema.InvalidFile, match="changed after it was written"):
        schema.read(file, "noise")


def test_another_table_and_another_version_are_refused(file, monkeypatch):
    with pytest.raises(schema.InvalidFile, match="expected 'cells'"):
        schema.read(file, "cells")
    monkeypatch.setattr(schema, "VERSION", schema.VERSION - 1)
    with pytest.raises(schema.InvalidFile, match="version"):
        schema.read(file, "noise")


def test_a_file_of_an_earlier_version_is_read_and_its_later_columns_are_null(tmp_path, monkeypatch):
    with monkeypatch.context() as past:
        past.setattr(schema, "VERSION", 1)
        first = {name: kind for name, kind in schema.NOISE.items() if f"noise.{name}" not in schema.ADDED}
        past.setitem(schema.TABLES, "noise", first)
        schema.write(tmp_path / "noise.parquet", "noise", [NOISE])
    assert schema.read(tmp_path / "noise.parquet", "noise")[0]["error"] is None


def test_observations_of_the_time_before_lower_precisions_are_read_as_float64(tmp_path, monkeypatch):
    row = {"family": "training", "workload": "mlp", "task": "train", "framework": "jax", "mode": "jit", "status": "ok"}
    with monkeypatch.context() as past:
        past.setattr(schema, "VERSION", 2)
        past.setitem(
            schema.TABLES,
            "observations",
            {name: kind for name, kind in schema.OBSERVATIONS.items() if name != "precision"},
        )
        schema.write(tmp_path / "jax.parquet", "observations", [row])
    assert schema.read(tmp_path / "jax.parquet", "observations")[0]["precision"] == "float64"


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.parquet")
    for path in (tmp_path, tmp_path / "pipe.parquet"):
        with pytest.raises(schema.InvalidFile, match="is not a file"):
            schema.read(path, "run")


@pytest.mark.parametrize(("limit", "what"), [("MOST_NUMBERS", "15 entries, allowed are 10"), ("MOST_BYTES", "bytes")])
def test_a_file_that_claims_to_hold_too_much_is_refused_unread(file, monkeypatch, limit, what):
    monkeypatch.setattr(schema, limit, 10)
    with pytest.raises(schema.InvalidFile, match=f"it holds .*{what}"):
        schema.read(file, "noise")


@pytest.mark.parametrize(
    ("rows", "size", "told"),
    [(9000, 19_000, "171000000 bytes in texts"), (1, 90_000_000, "90000000 bytes in one text")],
)
def test_texts_that_a_small_file_repeats_are_refused_before_they_are_unpacked(tmp_path, rows, size, told):
    event = dict.fromkeys(schema.EVENTS) | {"text": "x" * size}
    content = pa.concat_tables([pa.Table.from_pylist([event], schema=schema.arrow("events"))] * rows)
    path = tmp_path / "events.parquet"
    metadata = {"schema": "events", "version": str(schema.VERSION), "digest": "x"}
    pq.write_table(content.replace_schema_metadata(metadata), path, compression="zstd", row_group_size=rows)
    assert path.stat().st_size < 100_000
    with pytest.raises(schema.InvalidFile, match=told):
        schema.read(path, "events")


READ = """
import resource, sys, time
from pathlib import Path
from bench import schema
from tests.checkout import ROOT
def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before, start = most(), time.process_time()
try:
    schema.read(Path(sys.argv[1]), sys.argv[2], 10_000)
except schema.InvalidFile:
    print((most() - before) / 1024, time.process_time() - start)
"""


@pytest.mark.parametrize(
    ("table", "row", "rows"),
    [
        ("events", {"text": "x" * 10}, 300_000),
        ("events", {"text": "x" * 40_000_000}, 1),
        ("observations", {"values": [0.0] * 6_000_000}, 1),
    ],
    ids=["rows", "text", "numbers"],
)
def test_a_small_file_that_holds_much_takes_little_time_and_memory(tmp_path, table, row, rows):
    path = tmp_path / "bomb.parquet"
    content = pa.Table.from_pylist([dict.fromkeys(schema.TABLES[table]) | row], schema=schema.arrow(table))
    metadata = {"schema": table, "version": str(schema.VERSION), "digest": "x"}
    pq.write_table(content.take(pa.array([0] * rows)).replace_schema_metadata(metadata), path, compression="zstd")
    assert path.stat().st_size < 200_000
    told = subprocess.run(
        [sys.executable, "-c", READ, path, table],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        capture_output=True,
        text=True,
        check=True,
    )
    megabytes, seconds = map(float, told.stdout.split())
    assert megabytes < 200
    assert seconds < 1


def test_a_file_of_more_rows_than_are_expected_is_refused_unread(file):
    with pytest.raises(schema.InvalidFile, match="it holds 1 rows, allowed are 0"):
        schema.read(file, "noise", most_rows=0)


@pytest.mark.parametrize("column", ["hardware", "framework", "mode", "device"])
def test_a_name_that_is_missing_is_refused(tmp_path, column):
    path = tmp_path / "noise.parquet"
    schema.write(path, "noise", [NOISE | {column: None}])
    with pytest.raises(schema.InvalidFile, match=f"{column} is null"):
        schema.read(path, "noise")


def test_a_foreign_parquet_file_is_refused(tmp_path):
    path = tmp_path / "foreign.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(schema.InvalidFile, match="its schema is None"):
        schema.read(path, "run")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("device", "tpu"),
        ("hardware", "<script>alert(1)</script>"),
        ("workload", "../../etc"),
        ("mode", "scan "),
        ("ratio", float("nan")),
        ("ratio", -1.0),
        ("ratio", 1e300),
        ("task", "x" * 30_000),
    ],
)
def test_absurd_values_are_refused(tmp_path, column, value):
    path = tmp_path / "noise.parquet"
    schema.write(path, "noise", [NOISE | {column: value}])
    with pytest.raises(schema.InvalidFile, match=column):
        schema.read(path, "noise")


def test_markup_in_a_message_is_kept_as_text_for_the_article_to_escape(tmp_path):
    path = tmp_path / "cells.parquet"
    row = {key: NOISE[key] for key in schema.CELL} | {"status": "failed", "message": "<script>alert(1)</script>"}
    schema.write(path, "cells", [row])
    assert schema.read(path, "cells")[0]["message"] == "<script>alert(1)</script>"
