"""How long a step takes where that decides what a preset measures on a CPU: at size medium, and in eager JAX at small.

    python -m tests.proof.steps [workload …]

Every task but `target` at medium in the fastest modes of both frameworks (`QUICK_MODES`), and the main tasks at small
in eager JAX; each in a process of its own on the processors of a run: the median of three calls after the first, in
seconds per step. A step that is not done in time is so many seconds at least. What is measured is kept in
docs/measurement/steps.json; a test holds `MEDIUM_TASKS` to it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parents[1] / "workflow"), str(FOLDER.parents[1])]

from bench import catalogue
from bench.measuring import environment, hardware, timing
from bench.planning.grid import choose, possible_modes
from bench.vocabulary import COMPARED, MACHINE, MANY_STEPS, TARGET

NUMBERS = FOLDER.parents[1] / "docs/measurement/steps.json"
CALLS, TIMEOUT_SECONDS = 3, 150
MOST_SECONDS = 2.0
"""What a step may take in the slower framework's fastest mode, for the preset standard to measure it at medium."""

Wanted = tuple[str, str, str, str, str]
"""Workload, task, size, framework, mode."""


def wanted(keys: Sequence[str] = ()) -> Iterator[Wanted]:
    """What is to be measured, of some workloads (`family/name`) or of all."""
    for key, item in catalogue.timed().items():
        if item.family == MACHINE or (keys and key not in keys):
            continue
        states = item.states
        for task in (task for task in states.tasks if task != TARGET):
            for framework in COMPARED if "medium" in states.sizes else ():
                possible = possible_modes(states, framework, "cpu", task)
                for mode in choose("quick", possible, states, framework, "cpu"):
                    if (framework, mode) not in MANY_STEPS:
                        yield key, task, "medium", framework, mode
            if task in states.main_tasks and "eager" in states.modes_for(task, "jax", "cpu"):
                yield key, task, "small", "jax", "eager"


def measured(what: Wanted) -> float:
    """Seconds per step, in this process."""
    key, task, size, framework, mode = what
    item = catalogue.timed()[key]
    cpus = hardware.measuring_cpus()
    environment.pin(cpus)  # before a framework counts them
    precision = item.states.precisions[0]
    import_module(f"bench.backends.{framework}_backend").configure("cpu", precision, len(cpus))
    step = item.implementation(framework).build(item.states.problem(size), task, mode, "cpu", precision)
    for _, stage in step.stages():
        stage()
    timing.block_seconds(step.step, step.wait, 1)
    return median(timing.block_seconds(step.step, step.wait, 1) for _ in range(CALLS)) / step.steps_per_call


def apart(what: Wanted) -> dict[str, Any]:
    """A row of the file: `seconds`, measured in a process of its own; None where there are none, with the reason."""
    row = dict(zip(("workload", "task", "size", "framework", "mode"), what, strict=True))
    command = [sys.executable, __file__, "--here", *what]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return row | {"seconds": None, "why": f"not done after {TIMEOUT_SECONDS} s"}
    if done.returncode:
        return row | {"seconds": None, "why": done.stderr.strip().splitlines()[-1][:300]}
    return row | {"seconds": float(done.stdout.split()[-1])}


def main(arguments: list[str]) -> None:
    """Measure what is asked for, each in a process of its own, and keep it beside what was measured before."""
    if arguments[:1] == ["--here"]:
        print(measured(tuple(arguments[1:])))  # type: ignore[arg-type]
        return
    from docs.make_measurement import made

    known = json.loads(NUMBERS.read_text())["numbers"] if NUMBERS.exists() else []
    for what in wanted(arguments):
        row = apart(what)
        print(*what, row["seconds"] or row["why"], file=sys.stderr, flush=True)
        same = {name: row[name] for name in ("workload", "task", "size", "framework", "mode")}
        known = [other for other in known if not same.items() <= other.items()] + [row]
        NUMBERS.write_text(json.dumps({"made": made(), "numbers": known}, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
