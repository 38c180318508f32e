"""Compare the frameworks in a workload, your own or one of the project's: the gate, some trials, a line for each pair.

    python workflow/scripts/compare.py path/to/folder
    python workflow/scripts/compare.py path/to/folder --check          the contract and the gate alone
    python workflow/scripts/compare.py training/mlp --trials 5

The results of a folder of your own lie in it, in `results/`, unless --results says where; trials that are there and can
still be used are not measured again. Ends with status 1 where a contract is broken or the frameworks do not compute the
same.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import os
import subprocess
import tempfile
import traceback
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from bench import catalogue, schema
from bench.catalogue import Workload
from bench.contract import InvalidWorkload
from bench.measuring import environment, hardware, timing
from bench.measuring.caches import CACHES
from bench.measuring.supervisor import Conditions, measure
from bench.own import answers, defaults, folders, layers
from bench.own.lines import first_line, line_of
from bench.planning import checks, order, state
from bench.planning.settings import Settings, load
from bench.results import parity
from bench.results.collect import tables_of
from bench.results.reading import read_machine
from bench.schema import Row
from bench.vocabulary import COMPARED, DEVICES, MACHINE, OWN, PRECISIONS, Trial
from scripts.measure import line

TRIALS = 3


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "workload", help="a folder with problem.py, torch_impl.py and jax_impl.py, a name in own/, or family/name"
    )
    parser.add_argument("--check", action="store_true", help="measure nothing: the contract and the gate alone")
    parser.add_argument("--trials", type=int, default=TRIALS, help="of every problem (default: %(default)s)")
    parser.add_argument("--sizes", nargs="+", default=["small"], help="(default: small)")
    parser.add_argument("--precisions", nargs="+", choices=PRECISIONS, help="(default: the workload's first)")
    parser.add_argument("--devices", nargs="+", choices=DEVICES, default=["cpu"], help="(default: cpu)")
    parser.add_argument("--modes", nargs="+", help="of both frameworks, such as compile jit (default: those of quick)")
    parser.add_argument("--cpu-threads", type=int, help="processors of a run (default: all but one)")
    parser.add_argument("--results", type=Path, help="folder of results (default: beside your files; else results)")
    return parser.parse_args(arguments)


def named(workload: str) -> Workload:
    """The workload that a command line names. Raises ValueError for what is neither a folder nor a workload."""
    if workload in catalogue.timed():
        return catalogue.timed()[workload]
    if (folder := folders.place_of(workload)).is_dir():
        (name,) = folders.use([folder])
        return catalogue.find(OWN, name)
    raise ValueError(f"workload is {workload!r}, allowed are a folder, {', '.join(catalogue.timed())}")


def settings_for(item: Workload, options: argparse.Namespace) -> Settings:
    """What is measured: one workload, at the sizes and in the modes that the command line names."""
    asked = {
        "workloads": [str(item)],
        "own": [str(path) for path in folders.folders().values()],
        "devices": options.devices,
        "sizes": options.sizes,
        "trials": options.trials,
        "most_trials": options.trials,
        "precisions": options.precisions,
        "modes": options.modes,
        "cpu_threads": options.cpu_threads,
    }
    return load({key: value for key, value in asked.items() if value is not None})


def gate(item: Workload, settings: Settings, folder: Path) -> list[Row]:
    """Run the parity gate in both frameworks, and hold them against each other; rows of the table `parity`."""
    wanted = checks.checks(settings, folder / "trials")
    observations: list[Row] = []
    for framework in COMPARED:
        output = folder / "parity" / item.family / item.name / f"{framework}.parquet"
        modes = sorted({mode for mode, _ in wanted[str(item), framework]})
        pairs = [f"{mode}:{task}" for mode in modes for task in item.states.check_tasks]
        command = [sys.executable, str(Path(__file__).with_name("check.py")), "--framework", framework]
        command += ["--workload", str(item), "--output", str(output), "--checks", *pairs]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise ValueError(f"the gate of {framework} ended with status {done.returncode}:\n{done.stderr.strip()}")
        observations += schema.read(output, "observations")
    return parity.compare(observations, settings.hardware)


def told_gate(rows: Iterable[Row]) -> list[str]:
    """A line for each variant and task of the gate: how far it is from what it is held against, or what is wrong."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["framework"], row["mode"], row["task"]), []).append(row)
    lines = []
    for (framework, mode, task), own in sorted(found.items()):
        if bad := [row for row in own if row["status"] != "ok"]:
            said = parity.gate_sentence(bad[0]).removeprefix(f"parity gate: {framework} {mode} {task} ")
            lines.append(f"  {framework} {mode} {task}: {first_line(said)}")
            continue
        error = max((row["error"] for row in own if row["error"] is not None), default=None)
        against = sorted({row["against"] for row in own if row["against"]})
        held = f"within {error:.1g} of {' and '.join(against)}" if error is not None else own[0]["message"]
        lines.append(f"  {framework} {mode} {task}: {held}")
    return lines


def traces(rows: Iterable[Row]) -> list[str]:
    """The different tracebacks of what failed."""
    found = (str(row["message"] or "").partition("\n")[2] for row in rows if row["status"] == "failed")
    return list(dict.fromkeys(trace for trace in found if trace))


def sound_frameworks(rows: Iterable[Row]) -> dict[str, bool]:
    """Framework → whether a variant of it passed the gate in everything that it supports."""
    bad = {(row["framework"], row["mode"]) for row in rows if row["status"] not in ("ok", "unsupported")}
    good = {(row["framework"], row["mode"]) for row in rows if row["status"] == "ok"} - bad
    return {framework: any(name == framework for name, _ in good) for framework in COMPARED}


def verdict_of_gate(rows: Sequence[Row]) -> str:
    """What the gate comes to, in a sentence."""
    if all(row["status"] in ("ok", "unsupported") for row in rows):
        return "Both compute the same."
    if all(sound_frameworks(rows).values()):
        return "Some variants fail, and are not comparable; the others compute the same."
    if any(row["status"] == "mismatch" for row in rows):
        return "The two do not compute the same: nothing is timed."
    return "One of the two does not run: nothing is timed."


def differing_layer(item: Workload) -> str:
    """The sentence about the first layer whose outputs differ; "" where the layers of a model are not known."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for framework in COMPARED:
            file = Path(folder, f"{framework}.npz")
            threads = len(environment.affinity() or [0])
            recorded = environment.recorded(device="cpu", threads=threads, caches=Path(folder))
            command = [sys.executable, "-m", "bench.own.outputs", framework, item.family, item.name, str(file)]
            place = Path(__file__).resolve().parents[1]
            done = subprocess.run(command, cwd=place, env=os.environ | recorded, capture_output=True, text=True)
            if done.returncode:
                return ""
            with np.load(file) as content:
                found.append({name: content[name] for name in content.files})
    return layers.first_difference(found[0], found[1], item.states.tolerance)


def contract_of(item: Workload) -> list[str]:
    """What the workload leaves out, a sentence each. Raises ValueError naming what it breaks, with the user's line."""
    try:
        states = item.states
        for framework in COMPARED:
            if framework not in item.frameworks:
                raise InvalidWorkload(f"{item.folder} has no {framework}_impl.py")
        for size in states.sizes:
            problem = states.problem(size)
            problem.inputs(), problem.parameters()
    except InvalidWorkload:
        raise
    except Exception as error:  # whatever a user's file raises
        traceback.print_exc()
        raise ValueError(f"{type(error).__name__}: {error}{line_of(error, item.folder)}") from error
    return defaults.told(item.problem)


def measured(settings: Settings, folder: Path) -> None:
    """Measure the trials that are missing or can no longer be used, in the order of the workflow."""
    cpus = hardware.measuring_cpus(settings.cpu_threads)
    plan: dict[str, Any] = settings.plan
    conditions = Conditions(timing.Plan(**plan), settings.timeout_seconds)
    wanted = [trial for trial in order.trials(settings) if trial.problem.family != MACHINE]
    for trial in sorted(wanted, key=order.priority, reverse=True):
        path = folder / "trials" / trial.file
        if usable(path, trial, settings):
            continue
        print(f"{trial.problem} #{trial.number}", flush=True)
        rows = measure(trial, path, settings.hardware, conditions, cpus, CACHES)
        print(*map(line, rows), sep="\n", flush=True)


def usable(path: Path, trial: Trial, settings: Settings) -> bool:
    """Whether a trial is there and need not be measured again."""
    try:
        return path.exists() and state.why_unusable(schema.read(path, "trial"), trial, settings) is None
    except schema.InvalidFile:
        return False


def compare(options: argparse.Namespace) -> int:
    """Check, measure and tell; the exit status. Raises ValueError for what cannot be done as asked."""
    item = named(options.workload)
    print(f"{item}: {item.folder}")
    print(*(f"  {sentence}" for sentence in contract_of(item)), sep="\n")
    settings = settings_for(item, options)
    if not options.check:
        hardware.require_whole_processor()
    beside = item.folder if item.family == OWN else Path()
    folder = (options.results or beside / "results") / settings.hardware
    print("Gate (float64, size tiny):", flush=True)
    rows = gate(item, settings, folder)
    print(*told_gate(rows), *traces(rows), sep="\n", flush=True)
    differ = any(row["status"] == "mismatch" for row in rows)
    if differ and (sentence := differing_layer(item)):
        print(f"  {sentence}")
    print(verdict_of_gate(rows))
    if options.check or not all(sound_frameworks(rows).values()):
        return int(not all(row["status"] in ("ok", "unsupported") for row in rows))
    measured(settings, folder)
    tables = tables_of(read_machine(folder, own=True), settings.equal_within)
    print(*answers.lines(tables, item.family, item.name), sep="\n")
    return 0


def main() -> None:
    """Compare, and end with a sentence where that cannot be done."""
    try:
        status = compare(parse())
    except ValueError as error:
        sys.exit(f"Error: {error}")
    sys.stdout.flush()
    os._exit(status)  # to dismantle pyarrow and pandas takes a tenth of a second


if __name__ == "__main__":
    main()
