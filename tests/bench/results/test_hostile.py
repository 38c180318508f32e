"""Result files of others may hold anything: what they hold is left out or shown, and ends nothing."""

import json
import random
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from bench import schema
from bench.claims import judge
from bench.claims.evidence import Results
from bench.results import time_spent
from bench.results.collect import tables_of
from bench.results.reading import read_machine
from bench.runs import PUBLISHED, run_file, trial_file
from bench.sheets import write_csv
from tests.checkout import CLAIMS, ROOT

pytestmark = pytest.mark.slow

MACHINE = min((ROOT / "results/published").glob("*/"))
ENTRIES = judge.read_claims(CLAIMS)
WORKLOADS = ("mlp", "gmm", "equation_of_state")
CASES, CHANGES = 100, 20
"""How many machines are made, and how many values of each are replaced."""

NUMBERS = [float("nan"), float("inf"), -1.0, 0.0, 5e-324, 1e-300, 1e17, 1e300]
TEXTS = ["", "x" * 30_000, "\x1b[31m\x00\x07", "‮evil", "<script>", "../..", "{}", "[]", '{"a": NaN}', '{"a": 1e999}']
TEXTS += ['{"version": [1]}', "[" * 5000, "null", "torch", "train", "-1", "2026-01-01T00:00:00+00:00"]


def place(table, row):
    """Where a row belongs below the folder of a machine that has not been published."""
    if table == "observations":
        return Path("parity", row["family"], row["workload"], f"{row['framework']}.parquet")
    if table == "events":
        return Path("events", row["workload"], f"{row['framework']}.parquet")
    return trial_file(Path(), row) if row["fingerprint"] else run_file(Path(), row)


def files():
    """(table, place) → the rows of a file, of some workloads of a published machine."""
    found: dict[tuple[str, Path], list[schema.Row]] = {}
    for table in ("trial", "observations", "events"):
        for row in schema.read(MACHINE / PUBLISHED[table], table):
            if table == "events" or row["workload"] in WORKLOADS:
                found.setdefault((table, place(table, row)), []).append(row)
            if table == "trial" and row["workload"] in WORKLOADS and row["framework"] == "jax" and row["run"] < 2:
                for version in ("", "0.9.1"):  # as if a release had been measured too
                    released = row | {"release": "jax@0.9.1", "version": version}
                    found.setdefault(("release_trial", place("release_trial", released)), []).append(released)
    return found


FILES = files()


def absurd(generator, kind, value):
    """Something that may stand in a column of this kind and should not."""
    if generator.random() < 0.15:
        return None
    if pa.types.is_list(kind):
        entries = [0, -1, 2**62] if pa.types.is_integer(kind.value_type) else NUMBERS
        return generator.choice([[], [None], [1] * 3000, *([entry] for entry in entries), (value or [])[:1]])
    return generator.choice(
        {"string": TEXTS, "bool": [True, False], "int64": [-1, 0, 1, 2**62, 1_000_000], "double": NUMBERS}[str(kind)]
    )


def test_two_thousand_damaged_files_are_read_as_they_were_or_refused(tmp_path):
    """Bytes of real files are replaced, left out or repeated."""
    path, generator = tmp_path / "trial.parquet", random.Random(0)
    originals = []
    for (table, place_there), rows in FILES.items():
        kind = "run" if place_there.parts[0] == "runs" else table
        schema.write(path, kind, rows)
        originals.append((kind, path.read_bytes(), schema.read(path, kind)))
    refused = 0
    for _ in range(2000):
        table, content, rows = generator.choice(originals)
        damaged = bytearray(content)
        for _ in range(generator.choice([1, 1, 1, 5])):
            start = generator.randrange(len(damaged))
            end = start + generator.choice([1, 1, 2, 8, 200])
            damaged[start:end] = generator.choice([generator.randbytes(end - start), b"", damaged[start:end] * 2])
        path.write_bytes(damaged)
        try:
            assert schema.read(path, table) == rows
        except schema.InvalidFile:
            refused += 1
    print(f"{refused} of 2000 damaged files were refused, the others read as they were")
    assert refused > 1000


@pytest.mark.parametrize("case", range(CASES))
def test_no_value_of_another_machine_ends_the_tables_or_the_verdicts(case, tmp_path):
    generator = random.Random(case)
    folder = tmp_path / MACHINE.name
    folder.mkdir()
    shutil.copy(MACHINE / "hardware.json", folder)
    content = {key: [dict(row) for row in rows] for key, rows in FILES.items()}
    for _ in range(CHANGES):
        table, path = generator.choice([*content])
        row, (column, kind) = generator.choice(content[table, path]), generator.choice([*schema.TABLES[table].items()])
        row[column] = absurd(generator, kind, row[column])
    for (table, path), rows in content.items():
        schema.write(folder / path, "run" if path.parts[0] == "runs" else table, rows)
    machine = read_machine(folder, own=False)
    time_spent.as_text(time_spent.shares(machine.runs))
    frames = {}
    for table, found in tables_of(machine).items():
        schema.write(tmp_path / f"{table}.parquet", table, found)
        write_csv(tmp_path / f"{table}.csv", table, found)
        frames[table] = pd.DataFrame(schema.read(tmp_path / f"{table}.parquet", table), columns=[*schema.TABLES[table]])
    facts = json.loads(json.dumps(machine.facts))
    verdicts = judge.rows(Results(machine.name, frames, {machine.name: facts}), ENTRIES, own=False)
    schema.write(tmp_path / "claims.parquet", "claims", verdicts)
    assert len(schema.read(tmp_path / "claims.parquet", "claims")) == len(ENTRIES)
