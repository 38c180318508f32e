"""Runs → the table `cells`, the status that the parity gate leaves them, and the table `peaks`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.results import startup, statistics
from bench.results.parity import gate_rows, gate_sentence
from bench.schema import Row
from bench.vocabulary import CELL, MACHINE, OWN, TARGET, TWIN

MEMORY = (
    "baseline_host_bytes",
    "startup_peak_host_bytes",
    "startup_peak_device_bytes",
    "peak_host_bytes",
    "peak_device_bytes",
)


def grouped(rows: Iterable[Row], columns: Sequence[str]) -> dict[tuple[Any, ...], list[Row]]:
    """Rows by the values of `columns`, in order of appearance."""
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return dict(groups)


def cell_rows(runs: Iterable[Row], peaks: Iterable[Row]) -> list[Row]:
    """One row per cell from its runs (twins apart)."""
    best = {(row["quantity"], row["device"], row["precision"]): row["value"] for row in peaks}
    best |= {
        ("copy_bytes_per_second", row["device"], ""): row["value"]
        for row in peaks
        if row["quantity"] == "copy_bytes_per_second"
    }
    main = (row for row in runs if row["run"] < TWIN)
    return [_cell(dict(zip(CELL, key, strict=True)), group, best) for key, group in grouped(main, CELL).items()]


def _cell(cell: Row, runs: list[Row], peaks: Mapping[tuple[str, str, str], float]) -> Row:
    """The row of a cell; `peaks` by quantity, device and precision ("": a copy moves bytes, whatever they mean)."""
    good = [row for row in runs if row["status"] == "ok"]
    bad = [row for row in runs if row["status"] != "ok"]
    row = cell | {
        "runs": len(good),
        "failed": len(bad),
        "status": "ok" if good else bad[0]["status"],
        "message": "; ".join(sorted({f"{row['status']}: {row['message']}" for row in bad}))[:2000],
    }
    if not good:
        return row
    # JAX's counter of the device goes on from the start, where what a cold run tunes takes memory too.
    tuned = [run for run in good if run["cache"] != "cold"] or good
    centre, low, high = statistics.interval([run["step_seconds"] for run in good])
    flops, items = _median(good, "flops"), _median(good, "items")
    compiled = _median([_of_the_whole_way(run) for run in good], "compiler_flops")
    if not flops and cell["family"] == OWN:  # whoever counts none gets the compiler's
        flops = compiled
    per_second = flops / centre if flops else None
    peak = peaks.get(("matmul_flops_per_second", cell["device"], cell["precision"]))
    copied = peaks.get(("copy_bytes_per_second", cell["device"], ""))
    moved = _median(good, "bytes_moved")
    return row | {
        "values": sum(len(run["values"]) for run in good),
        "step_seconds": centre,
        "step_seconds_low": low,
        "step_seconds_high": high,
        **{
            f"{phase}_seconds": _median(good, f"{phase}_seconds")
            for phase in ("import", "compiler_import", "device", "data", "build")
        },
        "cold_start_seconds": _start_seconds(good, "cold"),
        "cached_start_seconds": _start_seconds(good, "cached"),
        "cold_compile_seconds": _compile_seconds(good, "cold"),
        "cached_compile_seconds": _compile_seconds(good, "cached"),
        "first_step_seconds": _median([run for run in good if run["cache"] != "cached"] or good, "first_step_seconds"),
        "items_per_second": items / centre if items else None,
        "item_unit": good[0]["item_unit"],
        "flops": flops,
        "compiler_flops": compiled,
        "flops_per_second": per_second,
        "share_of_peak": per_second / peak if per_second and peak else None,
        "bytes_moved": moved,
        "share_of_copy": moved / centre / copied if moved and copied else None,
        **{name: _whole(_median(good, name)) for name in MEMORY},
        "peak_device_bytes": _whole(_median(tuned, "peak_device_bytes")),
        "energy_joules": _median(good, "energy_joules"),
        "steady": all(run["steady"] for run in good),
        "drift": any(run["drifted"] or run["disturbed"] for run in good),
        "reference_error": max(
            (run["reference_error"] for run in good if run["reference_error"] is not None), default=None
        ),
        "metrics": next((run["metrics"] for run in good if run["metrics"]), None),
    }


def _of_the_whole_way(run: Row) -> Row:
    """A run whose `compiler_flops` are, like its other numbers, those of the whole way to a target, not of one step."""
    if run["task"] != TARGET or run["compiler_flops"] is None or not run["score_steps"]:
        return run
    return run | {"compiler_flops": run["compiler_flops"] * run["score_steps"][-1]}


def _median(runs: Iterable[Row], column: str) -> float | None:
    values = sorted(row[column] for row in runs if row[column] is not None)
    return None if not values else (values[len(values) // 2] + values[(len(values) - 1) // 2]) / 2


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _start_seconds(runs: Iterable[Row], cache: str) -> float | None:
    """Seconds to the first result, with caches that were cold or cached."""
    starts = [
        {"seconds": startup.first_result_seconds(row)} for row in runs if startup.starts_with(row["cache"], cache)
    ]
    return _median(starts, "seconds")


def _compile_seconds(runs: Iterable[Row], cache: str) -> float | None:
    values = [
        {"seconds": (row["trace_seconds"] or 0.0) + row["compile_seconds"]}
        for row in runs
        if row["cache"] == cache and row["compile_seconds"] is not None
    ]
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
    return [
        row | {"status": "mismatch", "message": refused[_key(row)]}
        if row["status"] == "ok" and _key(row) in refused
        else row
        for row in runs
    ]


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[column] for column in CELL)


def peak_rows(runs: Iterable[Row]) -> list[Row]:
    """The best rate that either framework reached in the machine's own workloads, per device and precision."""
    rates: dict[tuple[str, ...], Row] = {}
    for row in runs:
        if row["family"] != MACHINE or row["status"] != "ok":
            continue
        quantity, amount = (
            ("copy_bytes_per_second", row["items"])
            if row["workload"] == "copy"
            else ("matmul_flops_per_second", row["flops"])
        )
        key = (row["hardware"], row["device"], row["precision"], quantity)
        rate = amount / row["step_seconds"]
        if key not in rates or rate > rates[key]["value"]:
            rates[key] = dict(zip(("hardware", "device", "precision", "quantity"), key, strict=True)) | {
                "value": rate,
                "framework": row["framework"],
            }
    return list(rates.values())
