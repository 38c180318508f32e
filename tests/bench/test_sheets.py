"""The tables as sheets: text that a spreadsheet would run is quoted, and a workload has its own."""

import pytest

from bench import catalogue, schema, sheets


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_is_quoted(tmp_path, text):
    sheets.write_csv(tmp_path / "events.csv", "events", [{"hardware": "other", "text": text}])
    assert f"'{text}" in (tmp_path / "events.csv").read_bytes().decode()


def row(table, workload, **others):
    """A row of a table: what names it, and of the others what the table has."""
    named = {"hardware": "here", "family": "training", "workload": workload, "task": "train", "size": "small"}
    given = named | {"precision": "float32", "device": "cpu"} | others
    return {column: value for column, value in given.items() if column in schema.TABLES[table]}


def test_a_workload_gets_its_rows_and_what_it_is_written_in(tmp_path):
    filled = {"framework": "jax", "mode": "jit", "run": 0, "status": "failed", "name": "example", "outcome": "ok"}
    for table in sheets.PARTS:
        rows = [row(table, name, **filled) for name in ("mlp", "elsewhere")]
        schema.write(tmp_path / f"{table}.parquet", table, rows)
    sheets.share_out(tmp_path)
    own = tmp_path / "workloads/training/mlp"
    parts = {f"{table}.csv" for table in sheets.PARTS if table != "events"}  # those are of examples
    assert {path.name for path in own.iterdir()} == {*parts, "problem.py", "torch_impl.py", "jax_impl.py"}
    assert "elsewhere" not in (own / "runs.csv").read_text()
    assert (own / "jax_impl.py").read_text() == (catalogue.find("training", "mlp").folder / "jax_impl.py").read_text()
    assert {path.name for path in (tmp_path / "workloads/training/elsewhere").iterdir()} == parts
    assert (tmp_path / "workloads/examples/mlp/events.csv").exists()


def test_what_is_there_of_an_earlier_run_goes(tmp_path):
    for table in sheets.PARTS:
        schema.write(tmp_path / f"{table}.parquet", table, [])
    (tmp_path / "workloads/training/former").mkdir(parents=True)
    sheets.share_out(tmp_path)
    assert not (tmp_path / "workloads").exists()
