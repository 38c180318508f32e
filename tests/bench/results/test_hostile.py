"""Result files of others may hold anything: what they hold is left out or shown, and ends nothing."""

import json
import random

import pandas as pd
import pytest

from bench import schema
from bench.claims import judge
from bench.claims.evidence import Results
from bench.results import time_spent
from bench.results.collect import tables_of
from bench.results.reading import read_machine
from bench.sheets import write_csv
from tests.bench.results.hostile import FILES, MACHINE, write_machine
from tests.checkout import CLAIMS

pytestmark = pytest.mark.slow

ENTRIES = judge.read_claims(CLAIMS)
CASES, CHANGES = 100, 20
"""How many machines are made, and how many values of each are replaced."""


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
    write_machine(folder, generator, CHANGES)
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
