"""One trial: a fresh process for each variant of a problem, which then take turns, and its Parquet file.

The processes are started alone, one after the other, in random order. From then on all of them live and exactly one
runs: in every round each has one turn, in random order. What drifts on the machine then hits all alike. Whatever
happens to a process (an exception, a kill, a time-out) becomes the status and message of its run; the others go on.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from bench import sources
from bench.measuring import environment, hardware, identity, rounds, timing
from bench.measuring.caches import prepare_caches
from bench.measuring.interpreters import Interpreter, own_interpreter
from bench.measuring.process import Process
from bench.vocabulary import TARGET, Cell, Trial

LOCK = Path("/tmp/torch-jax-benchmark.lock")
"""One per machine, whatever TMPDIR says: whoever holds it measures."""
ROOM = 1.5
"""How many times the memory of the largest process so far has to be free for each that is still to come."""


@dataclass(frozen=True)
class Conditions:
    """How a trial is measured."""

    plan: timing.Plan
    timeout_seconds: float = 600.0
    exclusive: bool = True


@dataclass
class Run:
    """One variant in a trial."""

    name: str
    cell: Cell
    number: int
    folder: Path
    cache: str = ""
    started: str = ""
    process: Process | None = None
    values: dict[int, float] = field(default_factory=dict)
    """By round, in seconds per step."""
    places: list[int] = field(default_factory=list)
    """Its place in each of its rounds."""
    paired: bool = False


def measure(
    trial: Trial,
    output: Path,
    label: str,
    conditions: Conditions,
    cpus: list[int],
    cache_folder: Path,
    interpreters: Mapping[str, Interpreter] | None = None,
) -> list[dict[str, Any]]:
    """Measure one trial and write its file; returns the rows that were written, one for each process."""
    with alone(conditions.exclusive), tempfile.TemporaryDirectory(prefix="trial-") as folder:
        runs = [Run(name, cell, number, Path(folder, name)) for name, (cell, number) in trial.runs.items()]
        keep_off(cpus)
        with ended_with(runs):
            for group in groups(trial, runs, conditions, cpus, cache_folder, interpreters or {}):
                take_turns(group, trial, conditions.plan)
                for run in group:
                    finish(run)
        rows = [row_of(run, label, conditions, cpus) for run in runs]
    return write(output, rows)


def groups(
    trial: Trial,
    runs: list[Run],
    conditions: Conditions,
    cpus: list[int],
    cache_folder: Path,
    interpreters: Mapping[str, Interpreter],
) -> Iterator[list[Run]]:
    """The processes that take turns with each other, warm and held: all, or each alone where memory is too small."""
    order = next(rounds.orders([run.name for run in runs], seed_of(trial)))
    waiting = sorted(runs, key=lambda run: order.index(run.name))
    warm: list[Run] = []
    while waiting:
        run = waiting.pop(0)
        start(run, trial, conditions, cpus, cache_folder, interpreters.get(run.cell.framework, own_interpreter()))
        assert run.process is not None
        if run.process.warm():
            warm.append(run)
            crowded = bool(waiting) and not room_for(len(waiting), warm)
        else:
            crowded = bool(warm) and ran_out_of_memory(run)
            waiting[:0] = [run] if crowded else []
        if crowded:
            yield from ([one] for one in warm)
            warm = []
    for run in warm:
        run.paired = len(warm) > 1
    if warm:
        yield warm


def start(
    run: Run, trial: Trial, conditions: Conditions, cpus: list[int], cache_folder: Path, interpreter: Interpreter
) -> None:
    """Start the process of a run, with its processors, caches and environment; anew where it was started before."""
    shutil.rmtree(run.folder, ignore_errors=True)
    run.folder.mkdir()
    run.started = datetime.now(UTC).isoformat(timespec="milliseconds")
    caches, run.cache = prepare_caches(cache_folder, run.cell, run.name, trial.number, interpreter)
    specification = {
        "cell": asdict(run.cell),
        "threads": len(cpus),
        "cpus": cpus,
        "plan": asdict(conditions.plan),
        "seed": trial.number,
        "extras": run.number == 0,
    }
    caller = os.environ | dict(interpreter.variables)
    variables = environment.variables(caller, device=run.cell.device, threads=len(cpus), caches=caches)
    run.process = Process(interpreter.python, specification, run.folder, variables, conditions.timeout_seconds)


def room_for(count: int, warm: list[Run]) -> bool:
    """Whether as many further processes, as large as the largest so far, fit into what memory is free."""
    largest = max((_resident_bytes(run) for run in warm), default=0)
    return hardware.available_bytes() >= ROOM * count * largest


def ran_out_of_memory(run: Run) -> bool:
    """Whether a process that did not become warm ended for want of memory, of whatever device."""
    assert run.process is not None
    run.process.end()
    return run.process.facts().get("status") == "oom"


def _resident_bytes(run: Run) -> int:
    with suppress(OSError, IndexError, ValueError):
        assert run.process is not None
        status = Path(f"/proc/{run.process.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    return 0


def take_turns(group: list[Run], trial: Trial, plan: timing.Plan) -> None:
    """Rounds until every ratio is narrow enough, or the budget is spent; the way to a target is one turn."""
    living = {run.name: run for run in group}
    most = 1 if trial.problem.task == TARGET else plan.most_values
    with timing.stopwatch() as watch:
        for number, order in enumerate(rounds.orders([*living], seed_of(trial) + 1)):
            for place, name in enumerate(name for name in order if name in living):
                run = living[name]
                assert run.process is not None
                seconds = run.process.turn()
                if seconds is None:
                    del living[name]
                else:
                    run.values[number] = seconds
                    run.places.append(place)
            values = {name: run.values for name, run in living.items()}
            if not living or number + 1 >= most or rounds.enough(values, watch.so_far(), plan):
                break


def finish(run: Run) -> None:
    """Let a process that took its turns check and report, and end it."""
    assert run.process is not None
    if run.values and run.process.process.poll() is None:
        run.process.finish()
    run.process.end()


def row_of(run: Run, label: str, conditions: Conditions, cpus: list[int]) -> dict[str, Any]:
    """The row of a run: what its process reported, and what is known of it here."""
    assert run.process is not None
    facts = run.process.facts()
    recorded = environment.recorded(device=run.cell.device, threads=len(cpus), caches=Path("cache"))
    known = {
        "hardware": label,
        "run": run.number,
        "started": run.started,
        "cache": run.cache,
        "wall_seconds": run.process.spent,
        "paired": run.paired,
        "threads": len(cpus),
        "fingerprint": identity.fingerprint(),
        "source_digest": sources.run_digest(run.cell.family, run.cell.workload, run.cell.framework),
        "environment": recorded | {"exclusive": conditions.exclusive},
    }
    if facts.get("values"):
        known |= {"rounds": [*run.values][: len(facts["values"])], "places": run.places[: len(facts["values"])]}
    return asdict(run.cell) | facts | known


def write(output: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write the rows of a trial; returns them as they were written."""
    from bench import schema  # slow: pyarrow

    kept = [
        {
            key: json.dumps(value) if isinstance(value, dict) else value
            for key, value in row.items()
            if key in schema.RUNS
        }
        for row in rows
    ]
    schema.write(output, "trial", kept)
    return kept


def seed_of(trial: Trial) -> int:
    """What decides the order of a trial's processes: the same whenever it is measured."""
    return int.from_bytes(hashlib.sha256(f"{trial.problem} {trial.number}".encode()).digest()[:4], "big")


@contextmanager
def alone(exclusive: bool) -> Iterator[None]:
    """Hold the machine's lock, so that no other measurement, of whatever workflow, runs at the same time."""
    if not exclusive:
        yield
        return
    with open_lock() as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def open_lock() -> IO[bytes]:
    """The lock's file, which belongs to whoever came first and which everybody may read."""
    with suppress(FileNotFoundError):
        return LOCK.open("rb")
    os.close(os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o666))
    return LOCK.open("rb")


def keep_off(cpus: list[int]) -> None:
    """Move this process to the processors that the measurement does not use, if there are any."""
    others = sorted(set(environment.affinity() or []) - hardware.with_siblings(cpus))
    if others:
        environment.pin(others)


@contextmanager
def ended_with(runs: list[Run]) -> Iterator[None]:
    """Whatever ends this block, a signal included, ends every process and all that it started."""

    def stop(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for run in runs:
            if run.process:
                run.process.end()
        for number, handler in previous.items():
            signal.signal(number, handler)
