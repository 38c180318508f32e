"""Measure one run: a fresh process of one cell, alone on the machine, and write its Parquet file.

    python workflow/scripts/measure.py --family training --workload mlp --task train --size small \\
        --precision float32 --device cpu --framework jax --mode jit --output run.parquet

Whatever happens to that process (an exception, a kill, a time-out) becomes the run's status and message; this
command itself fails only when it was called wrongly or cannot write its file.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from bench import catalogue, series
from bench.measuring import hardware, timing
from bench.measuring.caches import CACHES
from bench.measuring.supervisor import Conditions, measure
from bench.vocabulary import ALLOWED, Cell


def line(cell: Cell, row: dict[str, Any]) -> str:
    """One plain line about a finished run: its step time with the interval's half-width, or its failure."""
    if row["status"] != "ok":
        return f"{cell} #{row['run']}: {row['status']}: {(row['message'] or '').splitlines()[0][:160]}"
    half = series.relative_half_width(row["values"])
    width = f" ± {half:.1%}" if half < 1e9 else ""  # too few values have no interval
    return (
        f"{cell} #{row['run']}: {readable(row['step_seconds'])}{width} "
        f"({len(row['values'])} values{'' if row['steady'] else ', not steady'}"
        f"{', machine drifted' if row['drifted'] else ''})"
    )


def readable(seconds: float) -> str:
    """Seconds with the unit that keeps the number between 1 and 1000."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure one run of one cell and write its Parquet file.")
    for option in fields(Cell):
        parser.add_argument(f"--{option.name}", required=True, choices=ALLOWED.get(option.name))
    parser.add_argument("--run", type=int, default=0, help="number of the run; run 0 compiles with empty caches")
    parser.add_argument("--hardware", default=None, help="name of this machine in the results (default: found out)")
    parser.add_argument("--cpu-threads", type=int, default=None, help="processors of the run (default: all but one)")
    parser.add_argument(
        "--settings",
        type=Path,
        default=None,
        help="settings.json of the workflow: time budget, interval width, time-out",
    )
    parser.add_argument(
        "--caches",
        type=Path,
        default=CACHES,
        help="folder that keeps the compilers' caches from run 0 to the next (default: %(default)s)",
    )
    parser.add_argument("--output", type=Path, required=True, help="Parquet file to write")
    return parser.parse_args(arguments)


def conditions_from(path: Path | None) -> Conditions:
    """The conditions in a settings.json (see planning.settings), or the defaults."""
    if path is None:
        return Conditions(timing.Plan())
    given = json.loads(path.read_text())
    return Conditions(timing.Plan(**given["plan"]), given["timeout_seconds"], given["exclusive"])


def main() -> None:
    """Measure what the command line says and print one line about it."""
    options = parse()
    cell = Cell(**{option.name: getattr(options, option.name) for option in fields(Cell)})
    try:
        catalogue.require(cell.family, cell.workload, cell.task, cell.size, cell.precision)
        cpus = hardware.measuring_cpus(options.cpu_threads)
    except ValueError as error:
        sys.exit(f"Error: {error}")
    label = options.hardware or hardware.name()
    conditions = conditions_from(options.settings)
    row = measure(cell, options.run, options.output, label, conditions, cpus, options.caches)
    print(line(cell, row), flush=True)


if __name__ == "__main__":
    main()
    os._exit(0)  # to dismantle pyarrow and pandas takes a tenth of a second, in every run
