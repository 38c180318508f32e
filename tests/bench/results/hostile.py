"""The results of a machine as somebody else may send them: real ones, in which values are replaced."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench import schema
from bench.runs import PUBLISHED, run_file, trial_file
from tests.checkout import ROOT

MACHINE = min((ROOT / "results/published").glob("*/"))
WORKLOADS = ("mlp", "gmm", "equation_of_state")
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


FACTS: list[Any] = [
    None,
    True,
    0,
    -1,
    1e308,
    float("inf"),
    float("nan"),
    10**400,
    [],
    {},
    [None],
    [{"name": [1]}],
    *TEXTS,
]


def write_machine(folder, generator, changes):
    """Write such results into `folder`: so many values of the tables are replaced, and one fact of the machine."""
    content = {
        key: [row | ({"hardware": folder.name} if "hardware" in row else {}) for row in rows]
        for key, rows in FILES.items()
    }
    for _ in range(changes):
        table, path = generator.choice([*content])
        row, (column, kind) = generator.choice(content[table, path]), generator.choice([*schema.TABLES[table].items()])
        row[column] = absurd(generator, kind, row[column])
    for (table, path), rows in content.items():
        schema.write(folder / path, "run" if path.parts[0] == "runs" else table, rows)
    facts = json.loads((MACHINE / "hardware.json").read_text())
    facts[generator.choice([*facts])] = generator.choice(FACTS)
    (folder / "hardware.json").write_text(json.dumps(facts))
