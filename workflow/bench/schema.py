"""Column names, types and units of every Parquet file; writing and reading them.

A file is written to a temporary name, synced and renamed, with the schema's name, its version and a digest of its
content in the metadata. A reader trusts nothing: a file with a wrong schema, a broken digest or absurd values raises
`InvalidFile`, which names the file and the reason.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench import texts, vocabulary
from bench.vocabulary import ALLOWED, AXES, EVERY_MODE, NUMERICAL, RELEASE, SIZES, SLUG, TWIN, is_size

Row = dict[str, Any]
"""A row of a table: column → value."""

VERSION = 5
ADDED = {
    "score_name": 2,
    "score_target": 2,
    "scores": 2,
    "score_steps": 2,
    "score_seconds": 2,
    "bytes_moved": 3,
    "share_of_copy": 3,
    "reference_error": 3,
    "observations.precision": 3,
    "parity.precision": 3,
    **dict.fromkeys(
        (
            "rounds",
            "places",
            "paired",
            "retaken",
            "waited_seconds",
            "disturbed",
            "involuntary_switches",
            "minor_faults",
            "major_faults",
            "fingerprint",
        ),
        4,
    ),
    **dict.fromkeys(
        (
            "compiler_import_seconds",
            "device_seconds",
            "data_seconds",
            "startup_peak_host_bytes",
            "startup_peak_device_bytes",
            "attempts",
            "steal_seconds",
            "throttled_seconds",
            "foreign_seconds",
            "gpu_clock_hertz",
            "gpu_throttle_reasons",
            "gpu_foreign_processes",
            "cold_start_seconds",
            "cached_start_seconds",
            "failed",
            "ratio_low_90",
            "ratio_high_90",
            "trials",
            "scatter",
            "equal_within",
            "rule",
            "further_trials",
            "choice_share",
            "torch_seconds",
            "jax_seconds",
            "noise.error",
            "noise.degrees",
            "check_summaries",
        ),
        5,
    ),
}
"""The version in which a column (of all tables, or of one) came."""
BEFORE = {"precision": "float64", "check_summaries": 2}
"""What a column that came later is read as in an earlier file; the others as null."""

text, number, integer, flag = pa.string(), pa.float64(), pa.int64(), pa.bool_()
numbers = pa.list_(number)

PROBLEM, CELL = dict.fromkeys(vocabulary.PROBLEM, text), dict.fromkeys(vocabulary.CELL, text)

RUNS = CELL | {
    "run": integer,
    "status": text,
    "message": text,
    "started": text,  # ISO 8601, UTC
    # where the wall time of the run went; null where the run did not get so far
    "wall_seconds": number,
    "import_seconds": number,
    "compiler_import_seconds": number,
    "device_seconds": number,  # context, client, first array
    "data_seconds": number,  # NumPy drawing the inputs
    "build_seconds": number,
    "trace_seconds": number,
    "compile_seconds": number,
    "first_step_seconds": number,  # the first steps, until a graph is captured
    "check_seconds": number,
    "warmup_seconds": number,
    "timed_seconds": number,
    "metrics_seconds": number,
    "probe_seconds": number,
    "cache": text,  # cold | cached | none
    # the measurement
    "loops": integer,  # calls of step() per value
    "steps_per_call": integer,
    "warmup_values": numbers,  # seconds per step
    "values": numbers,  # seconds per step
    "step_seconds": number,  # median of `values`
    "steady": flag,
    "paired": flag,  # took turns with the other variants of its problem
    "rounds": pa.list_(integer),  # of each value
    "places": pa.list_(integer),  # of each value, in its round
    "retaken": integer,  # values taken again, for the process had to wait
    "waited_seconds": number,  # for a processor that others had, while values were taken
    "disturbed": flag,  # lost more than a tenth of its time to others
    "attempts": integer,  # how often the trial was measured, for it was disturbed
    # of all processors together, while this variant and those beside it took turns
    "steal_seconds": number,  # that the hypervisor took
    "throttled_seconds": number,  # that the control group's quota took
    "foreign_seconds": number,  # that others were busy
    "gpu_clock_hertz": number,  # median over the values
    "gpu_throttle_reasons": text,  # all that ever held the clock down; empty where nothing did
    "gpu_foreign_processes": integer,  # that compute on it beside the trial's
    "involuntary_switches": integer,
    "minor_faults": number,  # per step
    "major_faults": number,  # per step
    "probe_before_seconds": number,
    "probe_after_seconds": number,
    "drift": number,  # probe after / probe before - 1
    "drifted": flag,
    # resources
    "baseline_host_bytes": integer,  # resident when the framework was imported
    "startup_peak_host_bytes": integer,  # until the first call is over, compilers' processes included
    "startup_peak_device_bytes": integer,
    "peak_host_bytes": integer,  # of the steady state
    "peak_device_bytes": integer,  # of the steady state; in JAX, whose counter goes on, since the process began
    "energy_joules": number,  # per step
    "items": number,  # per step
    "item_unit": text,
    "flops": number,  # per step, analytic
    "compiler_flops": number,  # per step, as the framework's own tool counts
    "bytes_moved": number,  # per step, the least that must be read and written
    # what was computed
    "check_values": numbers,  # losses of the first five steps, or summaries of each output
    "check_summaries": integer,  # of each output
    "reference_error": number,  # largest relative difference from the float64 reference, at this size and precision
    "metrics": text,  # JSON object of name -> number
    # the way to a target (task `target`): the score after so many steps and seconds of training
    "score_name": text,
    "score_target": number,
    "scores": numbers,
    "score_steps": numbers,
    "score_seconds": numbers,
    # what it ran on and with
    "threads": integer,
    "affinity": pa.list_(integer),
    "fingerprint": text,  # of the machine: see measuring.identity
    "switches": text,  # JSON object
    "versions": text,  # JSON object
    "environment": text,  # JSON object
    "package_digest": text,
    "source_digest": text,
}

CELLS = CELL | {
    "status": text,
    "message": text,
    "runs": integer,
    "failed": integer,  # runs that ended otherwise than ok
    "values": integer,
    "step_seconds": number,
    "step_seconds_low": number,
    "step_seconds_high": number,
    "import_seconds": number,
    "compiler_import_seconds": number,
    "device_seconds": number,
    "data_seconds": number,
    "build_seconds": number,
    "cold_start_seconds": number,  # to the first result: all phases of the start-up, empty cache
    "cached_start_seconds": number,  # the same, cache of trial 0
    "cold_compile_seconds": number,  # trace + compile, empty cache
    "cached_compile_seconds": number,  # trace + compile, cache of run 0
    "first_step_seconds": number,
    "items_per_second": number,
    "item_unit": text,
    "flops": number,
    "compiler_flops": number,
    "flops_per_second": number,
    "share_of_peak": number,
    "bytes_moved": number,
    "share_of_copy": number,
    "startup_peak_host_bytes": integer,
    "startup_peak_device_bytes": integer,
    "peak_host_bytes": integer,
    "baseline_host_bytes": integer,
    "peak_device_bytes": integer,
    "energy_joules": number,
    "steady": flag,
    "drift": flag,  # true when a run was marked
    "reference_error": number,
    "metrics": text,
}

COMPARISONS = PROBLEM | {
    "torch_mode": text,
    "jax_mode": text,
    "torch_seconds": number,  # per step, as in the table of cells
    "jax_seconds": number,
    "ratio": number,  # torch seconds / jax seconds, from the trials in which both took turns
    "ratio_low": number,
    "ratio_high": number,
    "ratio_low_90": number,
    "ratio_high_90": number,
    "method": text,  # welch | paired | stein
    "trials": integer,  # that the ratio is of
    "failed": integer,  # runs of the two that ended otherwise than ok
    "scatter": number,  # standard deviation of log(ratio) over the trials
    "p": number,
    "p_adjusted": number,
    "equal_within": number,  # relative; ratios within it count as equal
    "verdict": text,
    "rule": text,  # that decided the verdict: see vocabulary.RULES
    "further_trials": integer,  # that would decide an undecided pair; null where none would, or nothing is to decide
    "best": flag,
    "choice_share": number,  # of the trials for which the other trials chose these modes as the fastest
    "parity_error": number,
    "noise_floor": number,  # relative; what twins differ by systematically
    "message": text,
}

RELEASE_RUNS = RUNS | {"release": text, "version": text}
"""Runs of trials in which a release (`jax@0.9.1`) takes turns with its default, whose `version` is empty."""

RELEASES = CELL | {
    "release": text,  # jax@0.9.1
    "default": text,  # the version that it is held against
    "older": text,  # which of the two came first
    "newer": text,
    "older_seconds": number,  # per step, over the trials
    "newer_seconds": number,
    "ratio": number,  # newer seconds / older seconds: above 1 the newer one is slower
    "ratio_low": number,
    "ratio_high": number,
    "ratio_low_90": number,
    "ratio_high_90": number,
    "method": text,
    "trials": integer,
    "failed": integer,
    "scatter": number,
    "p": number,
    "p_adjusted": number,  # over all cells of the release
    "equal_within": number,
    "verdict": text,
    "rule": text,
    "further_trials": integer,
    "parity_error": number,
    "noise_floor": number,
    "message": text,
}
"""A release against the default of its framework, in the same cell; columns as in `comparisons`."""

NOISE = CELL | {
    "ratio": number,
    "ratio_low": number,
    "ratio_high": number,
    "runs": integer,
    "error": number,  # standard error of log(ratio)
    "degrees": number,  # of freedom of `error`
}
"""A/A: one variant measured as two."""

OBSERVATIONS = {
    "family": text,
    "workload": text,
    "task": text,
    "framework": text,
    "mode": text,
    "status": text,
    "message": text,
    "name": text,
    "shape": pa.list_(integer),
    "values": numbers,
    "precision": text,
}
"""What one framework computed at the check size (the parity gate's raw material)."""

RELEASE_OBSERVATIONS = OBSERVATIONS | {"release": text}
"""The same of releases."""

PARITY = {
    "hardware": text,
    "family": text,
    "workload": text,
    "task": text,
    "framework": text,
    "mode": text,
    "status": text,
    "message": text,
    "name": text,
    "against": text,
    "error": number,
    "tolerance": number,
    "precision": text,
}
"""Largest relative difference of every variant against the reference and against the other framework."""

EVENTS = {
    "hardware": text,
    "workload": text,
    "framework": text,
    "name": text,
    "outcome": text,
    "value": number,
    "text": text,
}
"""Recorded outcomes of executed examples. `outcome`: ok | raised | absent. `value`: a number, in SI units, or null."""

COVERAGE = {
    "hardware": text,
    "framework": text,
    "module": text,
    "name": text,
    "kind": text,
    "found": flag,
    "place": text,
    "version": text,
}
"""Public functions of NumPy and SciPy and whether the framework has one of that name. `kind`: function | distribution.
`place`: where it was found. `version`: of NumPy or SciPy."""

CLAIMS = {"hardware": text, "id": text, "section": integer, "kind": text, "verdict": text, "evidence": text}

PEAKS = {"hardware": text, "device": text, "precision": text, "quantity": text, "value": number, "framework": text}
"""The best that either framework reached on the device: matmul_flops_per_second | copy_bytes_per_second."""

CASES = PROBLEM | {
    "slow": text,  # variant complained of, as "jax jit"
    "fast": text,  # variant that it is held against
    "slow_seconds": number,  # per step
    "fast_seconds": number,
    "reported": number,  # slow / fast as the report has it; null where it gives none
    "ratio": number,  # slow seconds / fast seconds, from the trials in which both took turns
    "ratio_low": number,
    "ratio_high": number,
    "trials": integer,
    "scatter": number,  # standard deviation of log(ratio) over the trials
    "p": number,
    "p_adjusted": number,
    "equal_within": number,  # relative; factors within it count as none
    "noise_floor": number,  # relative; what twins differ by systematically
    "slow_ulp": number,  # largest error, in units in the last place; null where the case does not tell
    "fast_ulp": number,
    "verdict": text,  # one of vocabulary.CASE_VERDICTS
    "rule": text,  # that decided the verdict: see vocabulary.RULES
    "message": text,
}
"""Complaints that people filed, measured again: two variants of a problem each."""

TABLES: dict[str, dict[str, pa.DataType]] = {
    "run": RUNS,
    "trial": RUNS,
    "runs": RUNS,
    "cells": CELLS,
    "comparisons": COMPARISONS,
    "noise": NOISE,
    "observations": OBSERVATIONS,
    "parity": PARITY,
    "events": EVENTS,
    "coverage": COVERAGE,
    "claims": CLAIMS,
    "peaks": PEAKS,
    "cases": CASES,
    "releases": RELEASES,
    "release_trial": RELEASE_RUNS,
    "release_observations": RELEASE_OBSERVATIONS,
}

LONGEST_TEXT = 20_000
LONGEST_NAME = 200
MOST_NUMBERS, MOST_ROWS, MOST_BYTES = 5_000_000, 100_000, 100_000_000
"""Entries of a file, all columns together, its rows, its bytes unpacked and those of its texts; a small file can hold
billions.
"""

RECORDED = ("run", "trial", "runs", "events", "observations", "release_trial", "release_observations")
"""Tables of what was measured. The others are made from them."""
NAMED = (*CELL, "run", "status", "outcome", "release")
"""Columns that are never null, in whatever table they stand."""
NAMES = ("name", "item_unit", "score_name", "cache", "release", "version", "default", "older", "newer")
"""Columns of words that are short, and on one line."""
MESSAGES = ("message", "text")
"""Columns of which the end may be cut."""
NEEDED = (
    "started",
    "wall_seconds",
    "loops",
    "steps_per_call",
    "values",
    "step_seconds",
    "steady",
    "items",
    "flops",
    "check_values",
)
"""Columns that a run with status `ok` has."""
OBJECTS = ("metrics", "switches", "versions", "environment")
"""Columns that hold a JSON object."""
AMOUNTS = (
    "_seconds",
    "_bytes",
    "_joules",
    "_per_second",
    "items",
    "flops",
    "ratio",
    "ratio_low",
    "ratio_high",
    "warmup_values",
    "gpu_clock_hertz",
)
"""Endings of the names of columns that hold numbers which cannot be negative."""
LARGEST, LARGEST_MADE = 1e18, 1e250
"""Numbers of `RECORDED` tables are smaller; and those that are made from them, an end of an interval for example."""
LONGEST_SECONDS, SHORTEST_STEP, LONGEST_STEP = 1e9, 1e-10, 1e7
"""Seconds of a phase, and of a step. The intervals of ratios of steps between these overflow nowhere."""
LARGEST_INTEGER = 2**53
UNBOUNDED = ("check_values", "reference_error")
"""Columns of a run that hold whatever was computed. What the gate observed may be anything, too."""
LENGTHS = ("loops", "steps_per_call", "attempts", "check_summaries", "threads")
"""Columns of counts that begin at 1."""
YEARS = range(1970, 3000)
"""When something may have been started; beyond, the arithmetic of dates ends."""


class InvalidFile(ValueError):
    """A Parquet file that cannot be believed; the message names the file and says why."""


def arrow(table: str, version: int = VERSION) -> pa.Schema:
    """The Arrow schema of a table in a version of the schema."""
    return pa.schema(
        [
            pa.field(name, kind)
            for name, kind in TABLES[table].items()
            if ADDED.get(f"{table}.{name}", ADDED.get(name, 1)) <= version
        ]
    )


def digest(rows: list[dict[str, Any]]) -> str:
    """SHA-256 of the rows' content, independent of Parquet's encoding."""
    return hashlib.sha256(json.dumps(rows, sort_keys=True, default=str).encode()).hexdigest()


def write(path: Path, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write `rows` (missing columns become null) to `path`, whole or not at all.

    Raises KeyError for a column that the table does not have.
    """
    columns = TABLES[table]
    rows = [dict(row) for row in rows]
    for row in rows:
        if unknown := set(row) - set(columns):
            raise KeyError(f"{table} has no column {sorted(unknown)}; its columns are {list(columns)}")
    content = pa.Table.from_pylist(rows, schema=arrow(table))
    metadata = {"schema": table, "version": str(VERSION), "digest": digest(content.to_pylist())}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            pq.write_table(content.replace_schema_metadata(metadata), stream, compression="zstd")
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read(path: Path, table: str, most_rows: int = MOST_ROWS) -> list[dict[str, Any]]:
    """The validated rows of a file. Raises `InvalidFile` for anything that is not a sound file of this table."""
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise InvalidFile(f"{path}: is not a file")
    try:
        with pq.ParquetFile(path) as file:
            written = _expect(path, file, table, most_rows)
            texts_there = [field.name for field in file.schema_arrow if field.type == text]
        # a text that stands in many rows stands in the file once, and stays so until its bytes are counted
        with pq.ParquetFile(path, read_dictionary=texts_there) as file:
            content = file.read()
        _expect_texts(path, content)
        rows = content.to_pylist()
    except (OSError, pa.ArrowException, UnicodeError) as error:
        raise InvalidFile(f"{path}: cannot be read as Parquet: {error}") from error
    if written != digest(rows):
        raise InvalidFile(f"{path}: its content was changed after it was written (digest does not match)")
    missing = {column: BEFORE.get(column) for column in TABLES[table] if rows and column not in rows[0]}
    for row in rows:
        row |= missing
        row |= {column: _shown(path, column, value) for column, value in row.items() if isinstance(value, str)}
        _validate(path, table, row)
    return rows


def _expect_texts(path: Path, content: pa.Table) -> None:
    """Raises InvalidFile if a text, or all of them, each as often as it is there, are longer than they may be."""
    columns = [column for column in content.itercolumns() if pa.types.is_dictionary(column.type)]
    chunks = [(pc.binary_length(chunk.dictionary), chunk.indices) for column in columns for chunk in column.chunks]
    longest = max((pc.max(lengths).as_py() or 0 for lengths, _ in chunks), default=0)
    together = sum(pc.sum(lengths.take(indices)).as_py() or 0 for lengths, indices in chunks)
    for what, amount, most in (("one text", longest, 4 * LONGEST_TEXT), ("texts", together, MOST_BYTES)):
        if amount > most:
            raise InvalidFile(f"{path}: it holds {amount} bytes in {what}, allowed are {most}")


def _expect(path: Path, file: pq.ParquetFile, table: str, most_rows: int) -> str | None:
    """The digest that a file tells. Raises InvalidFile, before any data are read, if it is not one of this table."""
    metadata = {key.decode(): value.decode() for key, value in (file.metadata.metadata or {}).items()}
    if metadata.get("schema") != table:
        raise InvalidFile(f"{path}: its schema is {metadata.get('schema')!r}, expected {table!r}")
    version = metadata.get("version", "")
    if version not in map(str, range(1, VERSION + 1)):
        raise InvalidFile(f"{path}: its schema version is {version!r}, expected '1' to '{VERSION}'")
    if not file.schema_arrow.equals(arrow(table, int(version)), check_metadata=False):
        raise InvalidFile(f"{path}: its columns are not those of {table!r} version {version}")
    groups = [file.metadata.row_group(index) for index in range(file.metadata.num_row_groups)]
    amounts = {
        "rows": (file.metadata.num_rows, most_rows),
        "entries": (
            sum(group.column(index).num_values for group in groups for index in range(group.num_columns)),
            MOST_NUMBERS,
        ),
        "bytes": (sum(group.total_byte_size for group in groups), MOST_BYTES),
    }
    for what, (amount, most) in amounts.items():
        if amount > most:
            raise InvalidFile(f"{path}: it holds {amount} {what}, allowed are {most}")
    return metadata.get("digest")


def _shown(path: Path, column: str, value: str) -> str:
    """A text that acts on no page and no terminal. Raises InvalidFile where it is too long, or would be cut."""
    found = texts.shown(value)
    if len(value) > LONGEST_TEXT or (len(found) > LONGEST_TEXT and column not in MESSAGES):
        raise InvalidFile(f"{path}: {column} holds {len(found)} characters")
    return found[:LONGEST_TEXT]


def _validate(path: Path, table: str, row: Mapping[str, Any]) -> None:
    for column in NAMED:
        if column in row and row[column] is None:
            raise InvalidFile(f"{path}: {column} is null")
    if table == "events" and row["name"] is None:
        raise InvalidFile(f"{path}: name is null")
    for column, allowed in ALLOWED.items():
        if row.get(column) is not None and row[column] not in allowed:
            raise InvalidFile(f"{path}: {column} is {row[column]!r}, allowed are {', '.join(allowed)}")
    if row.get("size") is not None and not is_size(row["size"]):
        raise InvalidFile(
            f"{path}: size is {row['size'][:80]!r}, allowed are {', '.join(SIZES)} and points "
            f"of scaling curves ({', '.join(f'{axis}-N' for axis in AXES)})"
        )
    for column in ("hardware", "family", "workload", "task"):
        if row.get(column) is not None and not SLUG.fullmatch(row[column]):
            raise InvalidFile(f"{path}: {column} is {row[column][:80]!r}, which is not a plain name")
    if "mode" in row and "framework" in row and row["mode"] not in EVERY_MODE[row["framework"]]:
        raise InvalidFile(f"{path}: mode is {row['mode']!r}, {row['framework']} has {EVERY_MODE[row['framework']]}")
    if row.get("release") is not None and not RELEASE.fullmatch(row["release"]):
        raise InvalidFile(f"{path}: release is {row['release'][:80]!r}, which is not a framework and its version")
    if row.get("version") and table == "release_trial" and f"{row['framework']}@{row['version']}" != row["release"]:
        raise InvalidFile(f"{path}: version is {row['version'][:80]!r}, which is not that of {row['release']}")
    for column, value in row.items():
        if column in NAMES and value is not None and (len(value) > LONGEST_NAME or "\n" in value):
            raise InvalidFile(f"{path}: {column} is {value[:80]!r}, which is not a name")
        if (limits := _limits(table, column)) and value is not None:
            _validate_numbers(path, column, value, *limits)
        if column in OBJECTS and value is not None:
            _validate_object(path, column, value)
    if row.get("started") is not None and not _is_moment(row["started"]):
        raise InvalidFile(f"{path}: started is {row['started'][:80]!r}, which is not a date and time with a zone")
    if row.get("scores") is not None:
        _validate_course(path, row)
    if "run" in row and row["status"] == "ok":
        _validate_measurement(path, row)


@cache
def _limits(table: str, column: str) -> tuple[float, float] | None:
    """The least and the most that a column of numbers may hold; None where it may hold anything."""
    kind = TABLES[table][column]
    kind = kind.value_type if pa.types.is_list(kind) else kind
    recorded = table in RECORDED
    if kind == integer and recorded:
        return int(column in LENGTHS), 2 * TWIN - 1 if column == "run" else LARGEST_INTEGER
    if kind != number:
        return None
    if column.endswith(AMOUNTS) or (column == "values" and "run" in TABLES[table]):
        return -1e-6, (LONGEST_SECONDS if column.endswith("_seconds") else LARGEST) if recorded else LARGEST_MADE
    return (-LARGEST, LARGEST) if recorded and "run" in TABLES[table] and column not in UNBOUNDED else None


def _validate_numbers(path: Path, column: str, value: Any, least: float, most: float) -> None:
    for item in value if isinstance(value, list) else [value]:
        if item is None or not least <= item <= most:  # false for NaN
            raise InvalidFile(f"{path}: {column} holds {item!r}, which is not a plausible amount")


def _validate_object(path: Path, column: str, value: str) -> None:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise InvalidFile(f"{path}: {column} cannot be read as JSON: {error}") from None
    if not isinstance(found, dict):
        raise InvalidFile(f"{path}: {column} is not a JSON object")


def _validate_course(path: Path, row: Mapping[str, Any]) -> None:
    """What the curve of a training on its way to a target relies on."""
    curve = [row[column] or [] for column in ("scores", "score_steps", "score_seconds")]
    if len({len(values) for values in curve}) != 1:
        raise InvalidFile(f"{path}: scores, score_steps and score_seconds are not of one length")
    if not all(value is not None and math.isfinite(value) for values in curve for value in values):
        raise InvalidFile(f"{path}: scores or score_steps hold something that is not a finite number")
    if any(later < earlier for values in curve[1:] for earlier, later in pairwise(values)):
        raise InvalidFile(f"{path}: score_steps or score_seconds go back")


def _validate_measurement(path: Path, row: Mapping[str, Any]) -> None:
    """What the tables rely on in a run that says that it went well."""
    if missing := [column for column in NEEDED if row[column] is None]:
        raise InvalidFile(f"{path}: status is ok, but {', '.join(missing)} is null")
    if not row["values"] or row["wall_seconds"] <= 0:
        raise InvalidFile(f"{path}: there are no values, or wall_seconds is not positive")
    if wrong := [value for value in row["values"] if not SHORTEST_STEP <= value <= LONGEST_STEP]:
        raise InvalidFile(f"{path}: values holds {wrong[0]!r}, allowed are {SHORTEST_STEP} to {LONGEST_STEP} seconds")
    if row["family"] in (*NUMERICAL, vocabulary.CASES) and row["check_summaries"] is None:
        raise InvalidFile(f"{path}: check_summaries is null")
    if row["paired"] and not len(row["values"]) == len(row["rounds"] or []) == len(row["places"] or []):
        raise InvalidFile(f"{path}: values, rounds and places are not of one length")
    if not math.isclose(row["step_seconds"], median(row["values"]), rel_tol=1e-9):
        raise InvalidFile(f"{path}: step_seconds is {row['step_seconds']!r}, which is not the median of values")
    if not all(value is not None and math.isfinite(value) for value in row["check_values"]):
        raise InvalidFile(f"{path}: check_values holds something that is not a finite number")


def _is_moment(text: str) -> bool:
    try:
        moment = datetime.fromisoformat(text)
        return moment.tzinfo is not None and moment.year in YEARS
    except ValueError:
        return False
