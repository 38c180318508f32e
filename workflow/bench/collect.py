"""Run files → tables: cells, comparisons, noise, peaks, parity, events, coverage of every machine in `results/`.

The tables of this machine are written to its own folder, those of all machines together to the article's data. A
file that cannot be believed is left out and named in `machines.json`.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the package, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from bench import coverage, parity, schema, shares, statistics, workloads
from bench.grid import MACHINE, TARGET, outdated
from bench.vocabulary import FRAMEWORKS, NUMERICAL, SLUG, TABLES, TWIN, Cell

Row = dict[str, Any]
CELL, PROBLEM = tuple(schema.CELL), tuple(schema.PROBLEM)
SUMMARY = 2
"""First values of the numerical families that belong to one output: its mean, and its root mean square."""
MOST_FACTS, LONGEST_FACT = 100, 1000
"""Entries of hardware.json, and of a list in it; characters of a text in it."""


@dataclass
class Machine:
    """What was found in the folder of one machine."""

    name: str
    facts: Row
    runs: list[Row] = field(default_factory=list)
    parity: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def tables(self) -> dict[str, list[Row]]:
        """All tables of this machine."""
        peaks = peak_rows(self.runs)
        cells = [mismatched(row, self.parity) for row in cell_rows(self.runs, peaks)]
        return {"runs": gated(self.runs, cells), "parity": self.parity, "events": self.events, "peaks": peaks,
                "noise": noise_rows(self.runs), "coverage": coverage.rows(self.events), "cells": cells,
                "comparisons": comparison_rows(self.runs, self.parity)}


# --- reading ----------------------------------------------------------------------------------------------------------


def machine_folders(results: Path, own: str) -> list[Path]:
    """The folders of all machines, this one first; a published folder of the same name as another is not read."""
    found: dict[str, Path] = {own: results / own}
    for folder in [*sorted(results.glob("*/")), *sorted(results.glob("published/*/"))]:
        if folder.name != "published" and SLUG.fullmatch(folder.name) and any(folder.glob("**/*.parquet")):
            found.setdefault(folder.name, folder)
    return list(found.values())


def read_machine(folder: Path, own: bool) -> Machine:
    """Everything sound in a machine's folder; what is not is named in `left_out`."""
    machine = Machine(folder.name, read_facts(folder / "hardware.json") | {"hardware": folder.name})
    if len(machine.facts) == 1:
        machine.left_out.append(f"{folder / 'hardware.json'}: missing, or not a JSON object")
    digest = cache(_digest)

    def wrong(path: Path, rows: list[Row]) -> str | None:
        if len(rows) != 1:
            return f"it holds {len(rows)} runs, expected one"
        row = rows[0]
        if row["hardware"] != folder.name:
            return f"it says that it was measured on {row['hardware']}"
        if path != run_file(folder, row):
            return "it holds another run than its place says"
        if own and digest(row["family"], row["workload"]) != row["source_digest"]:
            return "the workload or the clock has changed since"
        return None

    runs = _read_all(folder.glob("runs/**/*.parquet"), "run", machine.left_out, wrong)
    changed = outdated(runs)
    machine.left_out += [f"{run_file(folder, runs[index])}: {reason}" for index, reason in changed.items()]
    machine.runs = [row for index, row in enumerate(runs) if index not in changed]
    machine.events = _read_all(folder.glob("events/**/*.parquet"), "events", machine.left_out)
    machine.events = [row | {"hardware": folder.name} for row in machine.events]
    machine.parity = read_parity(folder, machine.left_out)
    return machine


def run_file(folder: Path, row: Row) -> Path:
    """Where a run belongs below the folder of its machine."""
    return folder / "runs" / Cell(*(row[column] for column in CELL[1:])).run_file(row["run"])


def read_facts(path: Path) -> Row:
    """What a hardware.json says, cut to plain values two levels deep, whoever wrote it; {} where there is nothing."""
    try:
        small = path.is_file() and path.stat().st_size <= LONGEST_FACT * MOST_FACTS
        found = json.loads(path.read_text()) if small else None
    except (OSError, ValueError, RecursionError):
        return {}
    return _plain_fact(found, 2) if isinstance(found, dict) else {}


def _plain_fact(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        return {str(key)[:LONGEST_FACT]: _plain_fact(entry, depth - 1)
                for key, entry in list(value.items())[:MOST_FACTS]} if depth >= 0 else None
    if isinstance(value, list):
        return [_plain_fact(entry, depth - 1) for entry in value[:MOST_FACTS]] if depth >= 0 else None
    return value[:LONGEST_FACT] if isinstance(value, str) else value


def _digest(family: str, name: str) -> str:
    try:
        return workloads.source_digest(family, name)
    except (ValueError, OSError):
        return "no such workload"


def _read_all(paths: Iterable[Path], table: str, left_out: list[str],
              complaint: Callable[[Path, list[Row]], str | None] = lambda path, rows: None) -> list[Row]:
    rows = []
    for path in sorted(paths):
        try:
            content = schema.read(path, table)
            if wrong := complaint(path, content):
                raise schema.InvalidFile(f"{path}: {wrong}")
            rows += content
        except schema.InvalidFile as error:
            left_out.append(str(error))
    return rows


def read_parity(folder: Path, left_out: list[str]) -> list[Row]:
    """The parity gate of every workload of a machine, from what the frameworks observed."""
    rows = []
    for place in sorted({path.parent for path in folder.glob("parity/*/*/*.parquet")}):
        paths = [path for framework in FRAMEWORKS if (path := place / f"{framework}.parquet").exists()]
        rows += parity.compare(_read_all(paths, "observations", left_out, _misplaced), folder.name)
    return rows


def _misplaced(path: Path, rows: list[Row]) -> str | None:
    """Why observations cannot be those that their place names."""
    place = (*path.parts[-3:-1], path.stem)
    for row in rows:
        if (row["family"], row["workload"], row["framework"]) != place or row["family"] == "graph":
            return "it holds observations of another workload than its place says"
        if row["status"] == "ok" and not _has_shape(row):
            return f"the values of {row['name']} do not have their shape"
    return None


def _has_shape(row: Row) -> bool:
    """Whether an observation has a name, a shape, and as many numbers as the shape says."""
    shape, values = row["shape"], row["values"]
    if row["name"] is None or shape is None or values is None or None in values:
        return False
    return all(side is not None and side >= 0 for side in shape) and math.prod(shape) == len(values)


# --- cells ------------------------------------------------------------------------------------------------------------


def grouped(rows: Iterable[Row], columns: tuple[str, ...]) -> dict[tuple[Any, ...], list[Row]]:
    """Rows by the values of `columns`, in order of appearance."""
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return dict(groups)


def cell_rows(runs: Iterable[Row], peaks: Iterable[Row]) -> list[Row]:
    """One row per cell from its runs (twins apart)."""
    best = {(row["quantity"], row["device"], row["precision"]): row["value"] for row in peaks}
    best |= {("copy_bytes_per_second", row["device"], ""): row["value"] for row in peaks
             if row["quantity"] == "copy_bytes_per_second"}
    main = (row for row in runs if row["run"] < TWIN)
    return [_cell(dict(zip(CELL, key, strict=True)), group, best) for key, group in grouped(main, CELL).items()]


def _cell(cell: Row, runs: list[Row], peaks: Mapping[tuple[str, str, str], float]) -> Row:
    """The row of a cell; `peaks` by quantity, device and precision ("": a copy moves bytes, whatever they mean)."""
    good = [row for row in runs if row["status"] == "ok"]
    bad = [row for row in runs if row["status"] != "ok"]
    row = cell | {"runs": len(good), "status": "ok" if good else bad[0]["status"],
                  "message": "; ".join(sorted({f"{row['status']}: {row['message']}" for row in bad}))[:2000]}
    if not good:
        return row
    centre, low, high = statistics.interval([run["step_seconds"] for run in good])
    flops, items = _median(good, "flops"), _median(good, "items")
    per_second = flops / centre if flops else None
    peak = peaks.get(("matmul_flops_per_second", cell["device"], cell["precision"]))
    copied = peaks.get(("copy_bytes_per_second", cell["device"], ""))
    moved = _median(good, "bytes_moved")
    return row | {
        "values": sum(len(run["values"]) for run in good),
        "step_seconds": centre, "step_seconds_low": low, "step_seconds_high": high,
        "import_seconds": _median(good, "import_seconds"), "build_seconds": _median(good, "build_seconds"),
        "cold_compile_seconds": _compile_seconds(good, "cold"),
        "cached_compile_seconds": _compile_seconds(good, "cached"),
        "first_step_seconds": _median([run for run in good if run["cache"] != "cached"] or good, "first_step_seconds"),
        "items_per_second": items / centre if items else None, "item_unit": good[0]["item_unit"],
        "flops": flops, "compiler_flops": _median(good, "compiler_flops"), "flops_per_second": per_second,
        "share_of_peak": per_second / peak if per_second and peak else None,
        "bytes_moved": moved, "share_of_copy": moved / centre / copied if moved and copied else None,
        "peak_host_bytes": _whole(_median(good, "peak_host_bytes")),
        "baseline_host_bytes": _whole(_median(good, "baseline_host_bytes")),
        "peak_device_bytes": _whole(_median(good, "peak_device_bytes")),
        "energy_joules": _median(good, "energy_joules"),
        "steady": all(run["steady"] for run in good), "drift": any(run["drifted"] for run in good),
        "reference_error": max((run["reference_error"] for run in good if run["reference_error"] is not None),
                               default=None),
        "metrics": next((run["metrics"] for run in good if run["metrics"]), None),
    }


def _median(runs: Iterable[Row], column: str) -> float | None:
    values = sorted(row[column] for row in runs if row[column] is not None)
    return None if not values else (values[len(values) // 2] + values[(len(values) - 1) // 2]) / 2


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _compile_seconds(runs: Iterable[Row], cache: str) -> float | None:
    values = [{"seconds": (row["trace_seconds"] or 0.0) + row["compile_seconds"]} for row in runs
              if row["cache"] == cache and row["compile_seconds"] is not None]
    return _median(values, "seconds")


def mismatched(cell: Row, gate: list[Row]) -> Row:
    """The cell, with the status `mismatch` where the parity gate found its variant to compute something else."""
    bad = [row for row in gate_rows(cell, cell["framework"], cell["mode"], gate) if row["status"] == "mismatch"]
    if cell["status"] != "ok" or not bad:
        return cell
    return cell | {"status": "mismatch", "message": gate_sentence(bad[0])}


def gated(runs: list[Row], cells: Iterable[Row]) -> list[Row]:
    """The runs, with status and message of their cell where the gate refuses that: no ratio is made of them."""
    refused = {_key(cell): cell["message"] for cell in cells if cell["status"] == "mismatch"}
    return [row | {"status": "mismatch", "message": refused[_key(row)]}
            if row["status"] == "ok" and _key(row) in refused else row for row in runs]


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[column] for column in CELL)


def peak_rows(runs: Iterable[Row]) -> list[Row]:
    """The best rate that either framework reached in the machine's own workloads, per device and precision."""
    rates: dict[tuple[str, ...], Row] = {}
    for row in runs:
        if row["family"] != MACHINE or row["status"] != "ok":
            continue
        quantity, amount = ("copy_bytes_per_second", row["items"]) if row["workload"] == "copy" else (
            "matmul_flops_per_second", row["flops"])
        key = (row["hardware"], row["device"], row["precision"], quantity)
        rate = amount / row["step_seconds"]
        if key not in rates or rate > rates[key]["value"]:
            rates[key] = dict(zip(("hardware", "device", "precision", "quantity"), key, strict=True)) | {
                "value": rate, "framework": row["framework"]}
    return list(rates.values())


# --- comparisons ------------------------------------------------------------------------------------------------------


def noise_rows(runs: Iterable[Row]) -> list[Row]:
    """Every variant that was measured as two: the ratio of its two series."""
    rows = []
    for key, group in grouped((row for row in runs if row["status"] == "ok"), CELL).items():
        series = _twin_series(group)
        if all(series):
            ratio = _ratio(*series)
            rows.append(dict(zip(CELL, key, strict=True)) | {
                "ratio": ratio.ratio, "ratio_low": ratio.low, "ratio_high": ratio.high, "runs": len(series[0])})
    return rows


def _twin_series(runs: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    ordered = sorted(runs, key=lambda row: row["run"])
    twins = [row | {"run": row["run"] - TWIN} for row in ordered if row["run"] >= TWIN]
    rounds = {row["run"] for row in twins}
    return [row for row in ordered if row["run"] in rounds], twins


def _ratio(ours: list[Row], theirs: list[Row]) -> statistics.Ratio:
    return statistics.ratio([row["step_seconds"] for row in ours], [row["step_seconds"] for row in theirs],
                            [row["run"] for row in ours], [row["run"] for row in theirs])


def floors(runs: list[Row]) -> Callable[[str, float], float | None]:
    """The noise floor of a device at a number of runs, from the twins measured on it."""
    ratios: dict[str, list[statistics.Ratio]] = defaultdict(list)
    good = (row for row in runs if row["status"] == "ok")
    for key, group in grouped(good, CELL).items():
        series = _twin_series(group)
        if all(series):
            ratios[key[CELL.index("device")]].append(_ratio(*series))
    return lambda device, count: statistics.noise_floor(ratios[device], max(count, 1)) if ratios[device] else None


def comparison_rows(runs: list[Row], gate: list[Row]) -> list[Row]:
    """One row per problem × torch mode × jax mode, with verdicts; p adjusted over the best pairs, and over the others.

    Shapes: `runs` and `gate` are rows of the tables `runs` and `parity` of one machine.
    """
    floor = floors(runs)
    main = [row for row in runs if row["run"] < TWIN and row["status"] == "ok" and row["family"] != MACHINE]
    rows = []
    for key, group in grouped(main, PROBLEM).items():
        problem = dict(zip(PROBLEM, key, strict=True))
        variants = grouped(group, ("framework", "mode"))
        medians = {variant: statistics.interval([row["step_seconds"] for row in own])[0]
                   for variant, own in variants.items()}
        pairs = {}
        for torch in (variant for variant in variants if variant[0] == "torch"):
            for jax in (variant for variant in variants if variant[0] == "jax"):
                row = problem | {"torch_mode": torch[1], "jax_mode": jax[1]}
                pairs[torch, jax] = row | _compare(row, variants[torch], variants[jax], gate, floor)
        best = _best(pairs, medians)
        rows += [row | {"best": pair == best} for pair, row in pairs.items()]
    for table in ([row for row in rows if row["best"]], [row for row in rows if not row["best"]]):
        _decide(table)
    return rows


def _best(pairs: Mapping[tuple[Any, Any], Row], medians: Mapping[Any, float]) -> tuple[Any, Any] | None:
    """The fastest variant of each framework, among those that can be compared where there are any."""
    sound = [pair for pair, row in pairs.items() if row.get("ratio_low") is not None] or list(pairs)
    return min(sound, key=lambda pair: medians[pair[0]] * medians[pair[1]], default=None)


def _compare(pair: Row, torch: list[Row], jax: list[Row], gate: list[Row],
             floor: Callable[[str, float], float | None]) -> Row:
    """Ratio of one pair, or the reason why there is none."""
    error, tolerance = value_error(pair, torch, jax)
    reason = gate_failure(pair, gate) or value_failure(error, tolerance)
    if reason:
        return {"parity_error": error, "message": reason, "verdict": "not comparable"}
    ratio = _ratio(torch, jax)
    row = {"parity_error": error, "ratio": ratio.ratio, "ratio_low": ratio.low, "ratio_high": ratio.high,
           "method": ratio.method, "p": ratio.p, "noise_floor": floor(pair["device"], ratio.runs), "message": ""}
    if ratio.low is None:
        return row | {"verdict": "not comparable", "message": "too few runs for an interval"}
    if row["noise_floor"] is None:
        return row | {"message": "no noise floor was measured, so nothing is called a difference"}
    return row


def gate_rows(problem: Row, framework: str, mode: str, gate: list[Row]) -> list[Row]:
    """What the parity gate says of a variant in a problem: its own task, and the gradient that training follows.

    The way to a target is the task `train` many times.
    """
    # a mode that needs CUDA is the same implementation under another launcher; the gate runs the modes a CPU has
    mode = "compile" if mode == "compile-max" else mode
    wanted = (problem["family"], problem["workload"], framework, mode, parity.PRECISION)
    tasks = {gate_task(problem)} | ({"gradient"} if problem["family"] == "training" else set())
    return [row for row in gate
            if (row["family"], row["workload"], row["framework"], row["mode"], row["precision"]) == wanted
            and row["task"] in tasks]


def gate_task(problem: Row) -> str:
    """The task of the parity gate that a problem stands and falls with."""
    return "train" if problem["task"] == TARGET else str(problem["task"])


def gate_sentence(row: Row) -> str:
    """What is wrong, from a row of the table `parity` whose status is not ok."""
    how = (row["message"] or row["status"]) if row["error"] is None else (
        f"differs by {row['error']:.2g} from {row['against']}")
    return f"parity gate: {row['framework']} {row['mode']} {row['task']} {row['name'] or ''} {how}"[:500]


def gate_failure(pair: Row, gate: list[Row]) -> str | None:
    """Why the parity gate does not let this pair through, or None."""
    for framework in ("torch", "jax"):
        rows = gate_rows(pair, framework, pair[f"{framework}_mode"], gate)
        if not any(row["task"] == gate_task(pair) for row in rows):
            return f"the parity gate was not run for {framework} {pair[f'{framework}_mode']}"
        for row in rows:
            if row["status"] != "ok":
                return gate_sentence(row)
    return None


def value_error(pair: Row, torch: list[Row], jax: list[Row]) -> tuple[float | None, float]:
    """Largest relative difference of the first values of the timed runs, and what the workload allows."""
    try:
        definition = workloads.load_problem(pair["family"], pair["workload"])
        tolerance = definition.PRECISION_TOLERANCE[pair["precision"]]
    except (ValueError, KeyError, ImportError):  # measured elsewhere, with a workload that is not here
        tolerance = 1e-3
    together = SUMMARY if pair["family"] in NUMERICAL else None
    errors = [_relative(ours["check_values"], theirs["check_values"], together) for ours in torch for theirs in jax]
    return (None, tolerance) if None in errors else (max(errors), tolerance)  # type: ignore[type-var]


def value_failure(error: float | None, tolerance: float) -> str | None:
    """Why the first values do not let a pair through, or None; an error that is not a number is no agreement."""
    if error is None:
        return "a run has no first values to compare"
    return None if error <= tolerance else f"first values differ by {error:.2g}, allowed is {tolerance:.2g}"


def _relative(ours: list[float] | None, theirs: list[float] | None, together: int | None) -> float | None:
    """The largest difference over the largest value, each of so many values in a row; None: of all values."""
    if not ours or not theirs:
        return None
    length = together or len(theirs)
    parts = [slice(first, first + length) for first in range(0, len(theirs), length)]
    return max(max(abs(a - b) for a, b in zip(ours[part], theirs[part], strict=False))
               / (max(map(abs, theirs[part])) or 1.0) for part in parts if ours[part])


def _decide(table: list[Row]) -> None:
    """Adjust p over the table and give every row of it that has a ratio its verdict."""
    tested = [row for row in table if row.get("p") is not None]
    for row, adjusted in zip(tested, statistics.adjust([row["p"] for row in tested]), strict=True):
        row["p_adjusted"] = adjusted
    for row in table:
        row.setdefault("verdict", statistics.verdict(row.get("ratio"), row.get("ratio_low"), row.get("ratio_high"),
                                                     row.get("p_adjusted"), row.get("noise_floor")))


# --- writing ----------------------------------------------------------------------------------------------------------


def write_csv(path: Path, table: str, rows: list[Row]) -> None:
    """A table as CSV; lists become JSON, and text that a spreadsheet would run as a formula is quoted with '."""
    plain = [{column: _plain(row.get(column)) for column in schema.TABLES[table]} for row in rows]
    kinds = pa.schema([(column, pa.string() if pa.types.is_list(kind) else kind)
                       for column, kind in schema.TABLES[table].items()])
    pa_csv.write_csv(pa.Table.from_pylist(plain, schema=kinds), path)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


def collect(results: Path, own: str, tables: Path) -> dict[str, Machine]:
    """Read all machines, write this machine's tables and the merged ones; returns what was read."""
    machines = {folder.name: read_machine(folder, folder.name == own) for folder in machine_folders(results, own)}
    merged: dict[str, list[Row]] = {name: [] for name in TABLES}
    for name, machine in machines.items():
        for table, rows in machine.tables().items():
            merged[table] += rows
            if name == own:
                schema.write(results / own / f"{table}.parquet", table, rows)
    for table, rows in merged.items():
        schema.write(tables / f"{table}.parquet", table, rows)
        write_csv(tables / f"{table}.csv", table, rows)
    facts = {name: machine.facts | {"left_out": machine.left_out} for name, machine in machines.items()}
    (tables / "machines.json").write_text(json.dumps(facts, indent=2) + "\n")
    return machines


def main() -> None:
    """Write all tables and say what was left out."""
    parser = argparse.ArgumentParser(description="Make the tables from the run files of all machines.")
    parser.add_argument("--results", type=Path, required=True, help="folder of all machines")
    parser.add_argument("--hardware", required=True, help="name of this machine")
    parser.add_argument("--tables", type=Path, required=True, help="folder of the merged tables")
    options = parser.parse_args()
    machines = collect(options.results, options.hardware, options.tables)
    for machine in machines.values():
        failed = sum(row["status"] != "ok" for row in machine.runs)
        print(f"{machine.name}: {len(machine.runs)} runs, {failed} of them failed, "
              f"{len(machine.left_out)} files left out")
        print(f"  time: {shares.as_text(shares.shares(machine.runs))}")
        for reason in machine.left_out:
            print(f"  left out: {reason}")


if __name__ == "__main__":
    main()
