"""Machines on which everything came out in one way, for the tests of what the article says then. No number is a result.

The problems are those of the catalogue and the trials those of a preset; only what each process did is planted. All
that follows is made of it by the rules of every report.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from bench import catalogue, schema, sheets
from bench.planning import order
from bench.results.collect import tables_of
from bench.results.reading import Machine
from bench.schema import Row
from bench.vocabulary import CELL, CHECK_PRECISION, MACHINE, SWEEP, TARGET, Cell
from scripts import judge
from tests.article import planted
from tests.bench.planning.planted import plan
from tests.checkout import ROOT

JAX, TORCH, EQUAL, UNDECIDED, FAILED, NOTHING = "jax faster", "torch faster", "equal", "undecided", "failed", "nothing"
"""What every comparison comes to: a verdict, or that each has failed, or that there is none."""
MIXED = "mixed"
"""Each workload comes to another of them."""
FACTORS: Mapping[str, Mapping[str, float]] = {
    JAX: {"torch": 2.0, "torch eager": 6.0, "jax eager": 5.0, "numpy": 9.0},
    TORCH: {"jax": 2.0, "torch compile": 1.5, "torch many": 1.5, "jax jit": 3.0, "jax scan": 3.0, "numpy": 0.5},
}
"""Outcome → time of a variant, or of a framework, over the least; of others all take the same."""
SCATTER = {UNDECIDED: 0.4}
"""Standard deviation of the logarithms from process to process, where it is not a quiet machine's."""
QUIET = 0.002
FAILURES = ("failed", "oom", "timeout", "unsupported", "mismatch")
"""What becomes of a workload in which something fails, in turns; the last is what the parity gate finds."""
ROUNDS = 7


def machine(name: str, outcome: str, *, examples: bool = True, **config: Any) -> Machine:
    """What was measured on a machine of that outcome. config: as in config.yaml; examples: with those published."""
    found = Machine(name, _facts(name))
    if outcome == NOTHING:
        return found
    random = np.random.default_rng(crc32(f"{name} {outcome}".encode()))
    for trial in order.trials(plan(**config)):
        for cell, run in trial.runs.values():
            found.runs.append(_run(name, cell, run, came_to(cell, outcome), random))
    cells = {(row["family"], row["workload"], row["task"], row["framework"], row["mode"]): row for row in found.runs}
    found.parity = [_gate(row, came_to(_cell_of(row), outcome)) for row in cells.values()]
    if examples:
        published = [schema.read(path, "events") for path in (ROOT / "results/published").glob("*/examples.parquet")]
        found.events = [row | {"hardware": name} for row in max(published, key=len)]  # of the machine that ran most
    return found


def came_to(cell: Cell, outcome: str) -> str:
    """The outcome of the comparisons of a workload."""
    if outcome != MIXED or cell.family == MACHINE:
        return outcome
    every = (JAX, TORCH, EQUAL, UNDECIDED, FAILED)
    return every[crc32(cell.workload.encode()) % len(every)]


def write(folder: Path, machines: Iterable[Machine]) -> None:
    """All tables of the machines, the first of which is this one, and the verdicts on the claims, into a folder."""
    machines = list(machines)
    tables: dict[str, list[Row]] = {}
    for each in machines:
        for name, rows in tables_of(each).items():
            tables.setdefault(name, []).extend(rows)
    for name, rows in tables.items():
        schema.write(folder / f"{name}.parquet", name, rows)
    sheets.share_out(folder)
    facts = {each.name: each.facts | {"left_out": each.left_out} for each in machines}
    (folder / "machines.json").write_text(json.dumps(facts))
    options = {"tables": folder, "machine": machines[0].name, "output": folder / "claims.parquet"}
    judge.main([str(word) for name, value in options.items() for word in (f"--{name}", value)])


def _facts(name: str) -> Row:
    return {
        "hardware": name,
        "name": f"Planted {name}",
        "cpu_model": "Planted processor",
        "cores_physical": 1,
        "cores_logical": 1,
        "memory_bytes": 2**33,
        "gpus": [],
        "python": "3.11.2",
    }


def _run(name: str, cell: Cell, run: int, outcome: str, random: np.random.Generator) -> Row:
    """What one process did."""
    row = dict.fromkeys(schema.RUNS) | {
        "hardware": name,
        **vars(cell),
        "run": run,
        "fingerprint": "planted",
        "threads": 1,
    }
    failure = _failure(cell, outcome)
    if failure not in ("", "mismatch"):
        return row | {"status": failure, "message": f"{failure}: planted", "started": "2026-01-01T00:00:00+00:00"}
    variant = f"{cell.framework} {cell.mode}"
    factors = FACTORS.get(outcome, {})
    factor = factors.get(cell.framework, 1.0) * factors.get(variant, 1.0) if cell.family != MACHINE else 1.0
    scatter = SCATTER.get(outcome, QUIET) if cell.family != MACHINE else QUIET
    seconds = _seconds(cell) * factor * float(np.exp(scatter * random.standard_normal()))
    values = [seconds * (1 + 1e-4 * place) for place in range(-(ROUNDS // 2), ROUNDS // 2 + 1)]
    row |= planted.run_row(row, run, seconds, random) | {
        "values": values,
        "step_seconds": seconds,
        "paired": True,
        "rounds": list(range(ROUNDS)),
        "places": [0] * ROUNDS,
        "item_unit": catalogue.find(cell.family, cell.workload).states.item,
        "flops": 1e7 if cell.family == MACHINE else 2e5,
        "items": 1e6 if cell.family == MACHINE else 64.0,
        "reference_error": 1e-15,
        "versions": json.dumps({cell.framework: "0.0.planted", "numpy": "0.0.planted"}),
        "steps_per_call": 10 if cell.mode in ("many", "scan") else 1,
    }
    return row | (planted.course(row, run, seconds) if cell.task == TARGET else {})


def _seconds(cell: Cell) -> float:
    """Of a step: no two workloads take the same, and in one of them a step is no more than a call."""
    if cell.family == MACHINE:
        return 1e-4
    base = 2e-5 if cell.workload == "linear_regression" else 1e-3 * (1 + crc32(cell.workload.encode()) % 20)
    point = SWEEP.fullmatch(cell.size)
    size = 1 + int(point[2]) / 64 if point else {"medium": 8.0}.get(cell.size, 1.0)
    task = 10.0 if cell.task.endswith("_loop") else {"forward": 0.3, "primal": 0.3, TARGET: 100.0}.get(cell.task, 1.0)
    return base * size * task


def _failure(cell: Cell, outcome: str) -> str:
    """How a variant fails; "" where it does not. Every second workload fails in one of the frameworks alone."""
    if outcome != FAILED or cell.family == MACHINE:
        return ""
    place = crc32(cell.workload.encode())
    if place % 2 and cell.framework == "jax":
        return ""
    return FAILURES[place // 2 % len(FAILURES)]


def _gate(row: Row, outcome: str) -> Row:
    """What the parity gate says of a variant in the task of a run."""
    wrong = _failure(_cell_of(row), outcome) == "mismatch"
    named = ("hardware", "family", "workload", "framework", "mode")
    return dict.fromkeys(schema.PARITY) | {
        **{column: row[column] for column in named},
        "task": "train" if row["task"] == TARGET else row["task"],
        "status": "mismatch" if wrong else "ok",
        "message": "",
        "name": row["task"],
        "against": "reference",
        "error": 0.3 if wrong else 1e-15,
        "tolerance": 1e-8,
        "precision": CHECK_PRECISION,
    }


def _cell_of(row: Row) -> Cell:
    return Cell(*(row[column] for column in CELL[1:]))
