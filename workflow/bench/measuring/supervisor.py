"""One trial: a fresh process for each variant of a problem, which then take turns, and its Parquet file.

The processes are started alone, one after the other, in random order. From then on all of them live and exactly one
runs: in every round each has one turn, in random order. What drifts on the machine then hits all alike. Whatever
happens to a process (an exception, a kill, a time-out) becomes the status and message of its run; the others go on.

A trial that was disturbed is measured again, by a rule that knows how much time the processes lost to others and
nothing of what they measured.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import sources
from bench.guard.callers import unwound
from bench.guard.folders import inside, temporary
from bench.guard.room import require_not_full
from bench.measuring import environment, hardware, identity, load, rounds, timing
from bench.measuring.caches import prepare_caches, share_headers
from bench.measuring.interpreters import Interpreter, own_interpreter
from bench.measuring.locks import alone
from bench.measuring.process import Process
from bench.own import folders
from bench.vocabulary import OWN, TARGET, Cell, Release, Trial

DISTURBED_SHARE = 0.1
"""The share of its time that a run may lose to others before its trial is measured again. What its threads waited is
added up, for at a barrier all wait for each.
"""
MOST_INTERRUPTED = 3
"""How often a trial is begun again during which the machine slept or its clock was set."""
LONGEST_REPEATED_SECONDS = 60.0
"""A way to a target that took longer is not walked again."""
ROOM = 1.5
"""How many times the memory of the largest process so far has to be free for each that is still to come."""


@dataclass(frozen=True)
class Conditions:
    """How a trial is measured."""

    plan: timing.Plan
    timeout_seconds: float = 600.0
    exclusive: bool = True
    most_repeats: int = 2
    """How often a trial that was disturbed is measured again."""


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
    packages: str = ""
    """The digest of what is installed for its interpreter."""
    values: dict[int, float] = field(default_factory=dict)
    """By round, in seconds per step."""
    places: list[int] = field(default_factory=list)
    """Its place in each of its rounds."""
    paired: bool = False
    companions: int = 1
    """How many processes of the trial live while it has its turns, itself included, and those that wait for theirs."""
    around: load.Load | None = None
    """What others took from its processors while it and those beside it had their turns."""

    @property
    def lives(self) -> bool:
        """Whether its process has been started and has not ended."""
        return self.process is not None and self.process.process.poll() is None

    @property
    def lost(self) -> float | None:
        """The share of its time that it lost to others; None where it was not timed to the end.

        How much others took of a GPU that they were on nobody tells: all of it counts as lost.
        """
        assert self.process is not None
        facts = self.process.facts()
        if facts.get("status") != "ok" or self.around is None:
            return None
        if foreign_processes(facts.get("gpu_processes"), self.companions):
            return 1.0
        return load.lost(facts["waited_seconds"], facts["timed_seconds"], self.around).share


@dataclass(frozen=True)
class Attempt:
    """A trial measured once."""

    rows: list[dict[str, Any]]
    lost: list[float | None]
    """By run; None where it failed."""
    seconds: float
    interruption: str | None = None
    """Why nothing of it counts."""

    @property
    def disturbed(self) -> bool:
        """Whether a run lost more than is allowed; one that failed does not count."""
        return max((share for share in self.lost if share is not None), default=0.0) > DISTURBED_SHARE

    @property
    def order(self) -> tuple[int, float]:
        """Least in the best of several attempts: how many runs failed, then what the worst of the others lost."""
        known = [share for share in self.lost if share is not None]
        return len(self.lost) - len(known), max(known, default=0.0)


def least_disturbed(take: Callable[[], Attempt], most_repeats: int, longest_seconds: float) -> Attempt:
    """Measure until an attempt is not disturbed, or often enough; the best of them, with their number in its rows.

    What took longer than `longest_seconds` is not measured again. An attempt that was interrupted is no attempt.
    """
    attempts = [uninterrupted(take)]
    while attempts[-1].disturbed and attempts[-1].seconds <= longest_seconds and len(attempts) <= most_repeats:
        attempts.append(uninterrupted(take))
    best = min(attempts, key=lambda attempt: attempt.order)
    return replace(best, rows=[row | {"attempts": len(attempts)} for row in best.rows])


def uninterrupted(take: Callable[[], Attempt]) -> Attempt:
    """Measure until nothing interrupts it; after `MOST_INTERRUPTED` attempts the last, in which all runs failed."""
    for _ in range(MOST_INTERRUPTED):
        attempt = take()
        if attempt.interruption is None:
            return attempt
        print(f"Measured again: {attempt.interruption}", file=sys.stderr, flush=True)
    failed = {"status": "failed", "message": f"refused: {attempt.interruption}"}
    return replace(attempt, rows=[row | failed for row in attempt.rows], lost=[None] * len(attempt.lost))


def measure(
    trial: Trial,
    output: Path,
    label: str,
    conditions: Conditions,
    cpus: list[int],
    cache_folder: Path,
    interpreters: Mapping[str, Interpreter] | None = None,
    finished: Callable[[], object] = bool,
) -> list[dict[str, Any]]:
    """Measure one trial and write its file; returns the rows that were written, one for each process.

    finished: called between the two. Raises OSError where a run failed and there is no room left: that is no result.
    """
    if not environment.binds():
        print("This system lets no process choose its processors: the runs may be on any of them.", file=sys.stderr)
    longest = LONGEST_REPEATED_SECONDS if trial.problem.task == TARGET else float("inf")
    most_repeats = conditions.most_repeats if conditions.exclusive else 0  # trials side by side disturb each other
    found = interpreters or {}
    known = known_failures(output.with_name(trial.problem.trial_file(0).name), trial, cpus, found)
    cells = tuple(cell for cell in trial.cells if cell.variant not in known)
    failed = [again(known[cell.variant], number) for cell, number in trial.runs.values() if cell.variant in known]
    if not cells:
        return write(output, failed)
    trial = replace(trial, cells=cells, twins=tuple(cell for cell in trial.twins if cell in cells))
    with alone(conditions.exclusive):
        keep_off(cpus)
        best = least_disturbed(
            lambda: measure_once(trial, label, conditions, cpus, cache_folder, found),
            most_repeats,
            longest,
        )
    if any(row["status"] == "failed" for row in best.rows):
        require_not_full(Path(tempfile.gettempdir()), cache_folder)
    finished()
    return write(output, [*best.rows, *failed], trial.release)


def known_failures(
    first: Path, trial: Trial, cpus: list[int], interpreters: Mapping[str, Interpreter]
) -> dict[str, dict[str, Any]]:
    """Variant → its row in the file of the first trial, of those that failed there and are certain to fail again, with
    the same code, packages, machine and processors; none where there is no such file, and none of a release.
    """
    if trial.number == 0 or trial.release or not first.exists():
        return {}
    from bench import schema  # slow: pyarrow
    from bench.runs import comes_again

    variants = {cell.variant: cell for cell in trial.cells}
    try:
        rows = {f"{row['framework']}-{row['mode']}": row for row in schema.read(first, "trial") if comes_again(row)}
    except schema.InvalidFile:
        return {}

    def is_alike(row: dict[str, Any], cell: Cell) -> bool:
        now = {
            "source_digest": sources.run_digest(cell.family, cell.workload, cell.framework),
            "package_digest": (interpreters.get(cell.framework) or own_interpreter()).packages,
            "fingerprint": identity.fingerprint(),
            "threads": len(cpus),
        }
        return all(row[column] == value for column, value in now.items())

    return {name: row for name, row in rows.items() if name in variants and is_alike(row, variants[name])}


def again(row: dict[str, Any], number: int) -> dict[str, Any]:
    """The row of a run that was not started, because it would fail as that of the first trial did."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return row | {"run": number, "started": now, "wall_seconds": 0.0}


def measure_once(
    trial: Trial,
    label: str,
    conditions: Conditions,
    cpus: list[int],
    cache_folder: Path,
    interpreters: Mapping[str, Interpreter],
) -> Attempt:
    """Measure a trial: a row for each process, and what each lost to others."""
    begun = timing.moment()
    with temporary("trial") as folder, timing.stopwatch() as watch:
        runs = [Run(name, cell, number, folder / name) for name, (cell, number) in trial.runs.items()]
        with ended_with(runs):
            for group in groups(trial, runs, conditions, cpus, cache_folder, interpreters):
                for run in group:
                    run.companions = sum(other.lives for other in runs)
                take_turns(group, trial, conditions.plan, cpus)
                for run in group:
                    finish(run)
        rows = [row_of(run, label, conditions, cpus) for run in runs]
        interruption = timing.interruption(begun, timing.moment())
        return Attempt(rows, [run.lost for run in runs], watch.so_far(), interruption)


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
        start(run, trial, conditions, cpus, cache_folder, interpreters.get(run.cell.environment) or own_interpreter())
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
    run.started, run.packages = datetime.now(UTC).isoformat(timespec="milliseconds"), interpreter.packages
    own_caches = cache_folder / (trial.release.folder if trial.release else "")
    caches, run.cache = prepare_caches(own_caches, run.cell, run.name, trial.number, interpreter)
    specification = {
        "cell": asdict(run.cell),
        "threads": len(cpus),
        "cpus": cpus if environment.binds() else None,
        "plan": asdict(conditions.plan),
        "seed": trial.number,
        "extras": run.number == 0,
        "energy": run.number == 0 and trial.number == 0,
    }
    caller = os.environ | dict(interpreter.variables)
    variables = environment.variables(caller, device=run.cell.device, threads=len(cpus), caches=caches)
    if run.cell.family == OWN:
        variables |= folders.variables(run.cell.workload, os.environ)
    variables |= inside(run.folder)
    if run.cell.framework == "torch" and run.cache != "none":
        share_headers(own_caches, interpreter, run.cell.device, Path(variables["TMPDIR"]))
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


def take_turns(group: list[Run], trial: Trial, plan: timing.Plan, cpus: list[int]) -> None:
    """Rounds, and what others took from the processors meanwhile."""
    processes = [run.process.process.pid for run in group if run.process]
    before = load.counters(cpus, processes)
    go_round(group, trial, plan)
    around = load.load(before, load.counters(cpus, processes), len(cpus))
    for run in group:
        run.around = around


def go_round(group: list[Run], trial: Trial, plan: timing.Plan) -> None:
    """Rounds until every ratio is narrow enough, or the budget is spent; the way to a target is one turn.

    Of the budget is neither what went into values that were taken again nor what a process took that has ended.
    """
    living = {run.name: run for run in group}
    begun = {run.name: run.process.spent for run in group if run.process}
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
            spent = watch.so_far() - sum(
                run.process.retaking if run.name in living else run.process.spent - begun[run.name]
                for run in group
                if run.process
            )
            if not living or number + 1 >= most or rounds.enough(values, spent, plan):
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
        "package_digest": run.packages,
        "fingerprint": identity.fingerprint(),
        "source_digest": sources.run_digest(run.cell.family, run.cell.workload, run.cell.framework),
        "environment": recorded | identity.system() | {"exclusive": conditions.exclusive},
    }
    if run.around:
        known |= {
            "disturbed": None if run.lost is None else run.lost > DISTURBED_SHARE,
            "steal_seconds": run.around.steal_seconds,
            "throttled_seconds": run.around.throttled_seconds,
            "foreign_seconds": run.around.foreign_seconds,
            "gpu_foreign_processes": foreign_processes(facts.get("gpu_processes"), run.companions),
        }
    if facts.get("values"):
        known |= {"rounds": [*run.values][: len(facts["values"])], "places": run.places[: len(facts["values"])]}
    return asdict(run.cell) | facts | known


def foreign_processes(counted: int | None, ours: int) -> int | None:
    """How many of those that compute on the GPU are not the trial's; a driver may hide them from a container."""
    return None if counted is None else max(counted - ours, 0)


def write(output: Path, rows: list[dict[str, Any]], release: Release | None = None) -> list[dict[str, Any]]:
    """Write the rows of a trial, of the frameworks or of a release; returns them as they were written."""
    from bench import schema  # slow: pyarrow

    table = "release_trial" if release else "trial"
    if release:
        rows = [{"release": str(release), "version": ""} | row for row in rows]
    kept = [
        {
            key: json.dumps(value) if isinstance(value, dict) else value
            for key, value in row.items()
            if key in schema.TABLES[table]
        }
        for row in rows
    ]
    schema.write(output, table, kept)
    return kept


def seed_of(trial: Trial) -> int:
    """What decides the order of a trial's processes: the same whenever it is measured."""
    return int.from_bytes(hashlib.sha256(f"{trial.problem} {trial.number}".encode()).digest()[:4], "big")


def keep_off(cpus: list[int]) -> None:
    """Move this process to the processors that the measurement does not use, if there are any."""
    others = sorted(set(environment.affinity() or []) - hardware.with_siblings(cpus))
    if others:
        environment.pin(others)


@contextmanager
def ended_with(runs: list[Run]) -> Iterator[None]:
    """Whatever ends this block, a signal included, ends every process and all that it started."""
    try:
        with unwound():
            yield
    finally:
        for run in runs:
            if run.process:
                run.process.end()
