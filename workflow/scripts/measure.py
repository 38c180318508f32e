"""Measure one trial: a fresh process for each variant of a problem, in turns, and write its Parquet file.

    python workflow/scripts/measure.py --family training --workload mlp --task train --size small \\
        --precision float32 --device cpu --variants torch-eager jax-jit --output trial.parquet

Whatever happens to a process (an exception, a kill, a time-out) becomes the run's status and message; this command
itself fails only when it was called wrongly or cannot write its file.
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
from dataclasses import astuple, fields
from typing import Any

from bench import catalogue, series
from bench.guard.callers import end_with_workflow, hold_signals
from bench.guard.room import told
from bench.measuring import hardware, identity, timing
from bench.measuring.caches import CACHES
from bench.measuring.interpreters import environment_of, read
from bench.measuring.supervisor import Conditions, measure
from bench.own import folders
from bench.vocabulary import ALLOWED, EVERY_MODE, RELEASE, SLUG, TWIN, Cell, Problem, ReleaseCell, Trial


def line(row: dict[str, Any]) -> str:
    """One plain line about a finished run: its step time with the interval's half-width, or its failure."""
    version = f" {row['version']}" if row.get("version") else ""
    name = f"{row['framework']} {row['mode']}{version}{' twin' if row['run'] >= TWIN else ''}"
    if row["status"] != "ok":
        return f"  {name}: {row['status']}: {(row['message'] or '').splitlines()[0][:160]}"
    half = series.relative_half_width(row["values"])
    width = f" ± {half:.1%}" if half < 1e9 else ""  # too few values have no interval
    return (
        f"  {name}: {readable(row['step_seconds'])}{width} "
        f"({len(row['values'])} values{'' if row['steady'] else ', not steady'}"
        f"{', disturbed' if row.get('disturbed') else ''})"
    )


def readable(seconds: float) -> str:
    """Seconds with the unit that keeps the number between 1 and 1000."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in fields(Problem):
        parser.add_argument(f"--{option.name}", required=True, choices=ALLOWED.get(option.name))
    parser.add_argument("--own", nargs="*", default=[], help="folders that are workloads of the family own")
    parser.add_argument(
        "--variants",
        nargs="+",
        required=True,
        type=variant,
        help="what takes turns; a version of a framework that is not the default as jax-jit@0.9.1",
    )
    parser.add_argument("--twins", nargs="*", default=[], type=variant, help="those of them that are there twice")
    parser.add_argument("--trial", type=count, default=0, help="its number; every fifth compiles with empty caches")
    parser.add_argument(
        "--hardware", type=machine, default=None, help="name of this machine in the results (default: found out)"
    )
    parser.add_argument("--cpu-threads", type=int, default=None, help="processors of a run (default: all but one)")
    parser.add_argument(
        "--interpreters",
        nargs="*",
        type=Path,
        default=[],
        help="what locate.py wrote in the environment of each framework (default: this Python measures all)",
    )
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
        help="folder that keeps the compilers' caches from trial 0 to the next (default: %(default)s)",
    )
    parser.add_argument("--output", type=file, required=True, help="Parquet file to write")
    return parser.parse_args(arguments)


def count(word: str) -> int:
    """The number of a trial. Raises ArgumentTypeError where it is none."""
    if not word.isdecimal() or int(word) >= TWIN:
        raise argparse.ArgumentTypeError(f"{word!r} is no number of a trial, allowed are 0 to {TWIN - 1}")
    return int(word)


def machine(word: str) -> str:
    """The word itself. Raises ArgumentTypeError where no machine may be called so."""
    if not SLUG.fullmatch(word):
        raise argparse.ArgumentTypeError(f"{word!r} is no name, allowed are lower case letters, digits and . _ -")
    return word


def file(word: str) -> Path:
    """The path. Raises ArgumentTypeError where a folder has it."""
    if Path(word).is_dir():
        raise argparse.ArgumentTypeError(f"{word!r} is a folder, allowed is a file")
    return Path(word)


def variant(word: str) -> str:
    """The word itself. Raises ArgumentTypeError where it names no variant."""
    name, at, version = word.partition("@")
    known = [f"{framework}-{mode}" for framework, modes in EVERY_MODE.items() for mode in modes]
    if name not in known or (at and not RELEASE.fullmatch(f"{name.split('-')[0]}@{version}")):
        raise argparse.ArgumentTypeError(
            f"{word!r} is no variant, allowed are {', '.join(known)}, and these with a version, as jax-jit@0.9.1"
        )
    return word


def cell_of(problem: Problem, word: str) -> Cell:
    """The cell of a problem that a variant names."""
    name, _, version = word.partition("@")
    cell = Cell(*astuple(problem), *name.split("-", 1))
    return ReleaseCell(**vars(cell), version=version) if version else cell


def trial_from(options: argparse.Namespace) -> Trial:
    """The trial that the command line names. Raises ValueError for a twin of what is not there, for versions of several
    releases, and for one that has no interpreter.
    """
    problem = Problem(**{option.name: getattr(options, option.name) for option in fields(Problem)})
    cells = {name: cell_of(problem, name) for name in options.variants}
    releases = sorted({str(cell.release) for cell in cells.values() if isinstance(cell, ReleaseCell)})
    if len(releases) > 1:
        raise ValueError(f"variants has the releases {', '.join(releases)}, allowed is one in a trial")
    if missing := {*releases} - {environment_of(path) for path in options.interpreters}:
        raise ValueError(f"interpreters has none of {missing.pop()}, allowed is a trial without it")
    if alone := set(options.twins) - set(cells):
        raise ValueError(f"twins has {', '.join(sorted(alone))}, allowed are the variants {', '.join(cells)}")
    return Trial(problem, options.trial, tuple(cells.values()), tuple(cells[name] for name in options.twins))


def conditions_from(path: Path | None) -> Conditions:
    """The conditions in a settings.json (see planning.settings), or the defaults."""
    if path is None:
        return Conditions(timing.Plan())
    given = json.loads(path.read_text())
    known = {key: given[key] for key in ("timeout_seconds", "exclusive", "most_repeats") if key in given}
    return Conditions(timing.Plan(**given["plan"]), **known)


def main() -> None:
    """Measure what the command line says and print a line about each run."""
    options = parse()
    try:
        if options.own:
            folders.use(options.own)
        trial = trial_from(options)
        problem = trial.problem
        catalogue.require(problem.family, problem.workload, problem.task, problem.size, problem.precision)
        cpus = hardware.measuring_cpus(options.cpu_threads)
        interpreters = read(options.interpreters)
        conditions = conditions_from(options.settings)
        if conditions.exclusive:
            hardware.require_whole_processor()
    except ValueError as error:
        sys.exit(f"Error: {error}")
    label = options.hardware or identity.name(options.cpu_threads)
    end_with_workflow()
    with told(options.output):
        rows = measure(trial, options.output, label, conditions, cpus, options.caches, interpreters, hold_signals)
    print(f"{problem} #{trial.number}", *map(line, rows), sep="\n", flush=True)


if __name__ == "__main__":
    main()
    os._exit(0)  # to dismantle pyarrow and pandas takes a tenth of a second, in every trial
