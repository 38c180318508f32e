"""Tables as CSV: whole, and the part of each workload in a folder of its own, beside what it is written in."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from bench import catalogue, schema
from bench.schema import Row
from bench.vocabulary import EXAMPLES

WORKLOADS = "workloads"
"""The folder, beside the tables, that has one for every workload, by family."""
FIGURES = "figures"
"""The folder, beside the tables, of what the figures of the pages are drawn from, by language and section."""
PARTS = ("comparisons", "cells", "runs", "events")
"""Tables of which a workload has a part."""


def write_csv(path: Path, table: str, rows: list[Row]) -> None:
    """A table as CSV; lists become JSON, and text that a spreadsheet would run as a formula is quoted with '."""
    rows = [{column: plain(row.get(column)) for column in schema.TABLES[table]} for row in rows]
    kinds = pa.schema(
        [(column, pa.string() if pa.types.is_list(kind) else kind) for column, kind in schema.TABLES[table].items()]
    )
    pa_csv.write_csv(pa.Table.from_pylist(rows, schema=kinds), path)


def plain(value: Any) -> Any:
    """A value as a sheet holds it."""
    if isinstance(value, list):
        return json.dumps(value)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


def share_out(tables: Path) -> None:
    """Write `workloads/<family>/<name>/` beside the merged tables, for every workload of which they hold rows: its part
    of each table, and the files that it is written in, where it is one that this checkout finds.
    """
    target = tables / WORKLOADS
    shutil.rmtree(target, ignore_errors=True)
    for table in PARTS:
        for name, rows in _by_workload(schema.read(tables / f"{table}.parquet", table)).items():
            (target / name).mkdir(parents=True, exist_ok=True)
            write_csv(target / name / f"{table}.csv", table, rows)
    for name, workload in catalogue.discover().items():
        if (folder := target / name).exists():
            for path in sorted(workload.folder.glob("*.py")):
                shutil.copyfile(path, folder / path.name)


def _by_workload(rows: list[Row]) -> dict[str, list[Row]]:
    """The rows by `family/name`. What is no such name, as a file from somebody else may hold it, names no folder."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        parts = (row.get("family", EXAMPLES), row["workload"])
        if all(map(catalogue.NAME.fullmatch, parts)):
            found.setdefault("/".join(parts), []).append(row)
    return found
