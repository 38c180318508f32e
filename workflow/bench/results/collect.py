"""Files of all machines → tables.

The tables of this machine are written to its own folder, those of all machines together to the article's data. A
file that cannot be believed is left out and named in `machines.json`.
"""

from __future__ import annotations

import json
from pathlib import Path

from bench import schema, texts
from bench.guard.folders import write_whole
from bench.results import namesakes
from bench.results.apart.releases import release_rows
from bench.results.cases import case_rows
from bench.results.cells import cell_rows, gated, mismatched, peak_rows
from bench.results.comparisons import comparison_rows
from bench.results.noise import noise_rows
from bench.results.reading import Machine, ignored_folders, machine_folders, read_machine
from bench.results.statistics import EQUAL_WITHIN
from bench.schema import Row
from bench.sheets import share_out, write_csv
from bench.vocabulary import COLLECTED


def tables_of(machine: Machine, equal_within: float = EQUAL_WITHIN) -> dict[str, list[Row]]:
    """All tables of a machine. `equal_within`: relative; ratios within it count as equal."""
    peaks = peak_rows(machine.runs)
    cells = [mismatched(row, machine.parity) for row in cell_rows(machine.runs, peaks)]
    return {
        "runs": gated(machine.runs, cells),
        "parity": machine.parity,
        "events": machine.events,
        "peaks": peaks,
        "noise": noise_rows(machine.runs),
        "coverage": namesakes.rows(machine.events),
        "cells": cells,
        "comparisons": comparison_rows(machine.runs, machine.parity, equal_within),
        "cases": case_rows(machine.runs, machine.parity, equal_within),
        "releases": release_rows(machine, equal_within),
    }


def collect(results: Path, own: str, tables: Path, equal_within: float = EQUAL_WITHIN) -> dict[str, Machine]:
    """Read all machines, write this machine's tables and the merged ones; returns what was read."""
    machines = {folder.name: read_machine(folder, folder == results / own) for folder in machine_folders(results, own)}
    machines[own].left_out += map(texts.one_line, ignored_folders(results, own))
    merged: dict[str, list[Row]] = {name: [] for name in COLLECTED}
    for name, machine in machines.items():
        for table, rows in tables_of(machine, equal_within).items():
            merged[table] += rows
            if name == own:
                schema.write(results / own / f"{table}.parquet", table, rows)
    for table, rows in merged.items():
        schema.write(tables / f"{table}.parquet", table, rows)
        write_csv(tables / f"{table}.csv", table, rows)
    share_out(tables)
    facts = {
        name: machine.facts | {"left_out": machine.left_out, "changed": machine.changed}
        for name, machine in machines.items()
    }
    write_whole(tables / "machines.json", json.dumps(facts, indent=2) + "\n")
    return machines
