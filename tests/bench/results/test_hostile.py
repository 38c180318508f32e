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
from bench.results.collect import tables_of, write_csv
from bench.results.reading import read_machine
from bench.runs import PUBLISHED, run_file, trial_file
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
    for table, name in PUBLISHED.items():
        for row in schema.read(MACHINE / name, table):
            if table == "events" or row["workload"] in WORKLOADS:
                found.setdefault((table, place(table, row)), []).append(row)
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
