"""Settings → the cells to measure, their runs, the order of the runs, and which runs are missing. Pure but for
`state`, which reads result files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import workloads
from bench.settings import Settings
from bench.vocabulary import MODES, PIVOT, SIZES, SWEEPS, TWIN, Cell

Row = Mapping[str, Any]
PROBLEM = ("family", "workload", "task", "size", "precision", "device")

MACHINE = "machine"
"""The family of workloads that measure the machine itself (its peaks); always part of the grid."""
TARGET = "target"
"""The task of a training until its score has reached the target that problem.py states."""
MOST_ON_CPU = {"elements": 2**22}
"""How far a scaling curve goes on a CPU, by its axis; the others go as far everywhere."""
SWEEP_RUNS = 3
"""The most runs of a point of a scaling curve."""
USUAL_MODES = {"torch": "eager", "jax": "jit"}
"""The variants that are measured as two, in one workload of every family (others where none of these is), and
the only ones of most workloads in the preset smoke: they start fast.
"""
BASELINE, BASELINE_PRECISIONS = "numpy", ("float64", "float32")
"""The framework that is the base line, and what it computes in."""


def catalogue(settings: Settings) -> dict[str, workloads.Workload]:
    """The timed workloads that the settings ask for, by `family/name`.

    Raises ValueError naming a wish that no workload fulfils.
    """
    found = {key: item for key, item in workloads.discover().items() if item.family != "graph"}
    wishes = settings.workloads
    if wishes is None:
        return found
    for wish in wishes:
        if not any(wish in (key, item.family) for key, item in found.items()):
            families = sorted({item.family for item in found.values()})
            raise ValueError(f"config.yaml: workloads is {wish!r}, allowed are {', '.join([*families, *found])}")
    return {key: item for key, item in found.items() if {key, item.family} & {*wishes, MACHINE}}


def cells(settings: Settings) -> list[Cell]:
    """Every cell of the grid, in a stable order; modes and precisions that a device cannot have are left out."""
    chosen = catalogue(settings)
    grid = [cell for item in chosen.values() if item.family != MACHINE
            for cell in _with_baseline(item, list(_cells_of(item, settings)))]
    used = {(cell.device, cell.precision) for cell in grid}
    machine = [cell for item in chosen.values() if item.family == MACHINE for cell in _cells_of(item, settings)
               if (cell.device, cell.precision) in used or len(item.problem.PRECISIONS) == 1]
    return machine + grid


def _cells_of(item: workloads.Workload, settings: Settings) -> Iterable[Cell]:
    for device in settings.devices:
        for task, size, precision in _problems_of(item, device, settings):
            for framework in settings.frameworks:
                for mode in _modes(item, framework, device, settings, task, size):
                    yield Cell(item.family, item.name, task, size, precision, device, framework, mode)


def _with_baseline(item: workloads.Workload, own: list[Cell]) -> list[Cell]:
    """The frameworks' cells of a workload and NumPy's, if it has them, which are on the CPU beside whatever device."""
    if BASELINE not in item.frameworks:
        return own
    problems = dict.fromkeys((cell.task, cell.size, cell.precision) for cell in own)
    return own + [Cell(item.family, item.name, task, size, precision, "cpu", BASELINE, "eager")
                  for task, size, precision in problems
                  if task in item.problem.BASELINE_TASKS and precision in BASELINE_PRECISIONS]


def _problems_of(item: workloads.Workload, device: str, settings: Settings) -> Iterable[tuple[str, str, str]]:
    """(task, size, precision): all together; of a scaling curve its own tasks, and there and on the way to a target the
    usual precision alone.
    """
    definition = item.problem
    main = _main_tasks(item)
    precisions = _precisions(item, device, settings)
    for task in definition.TASKS if settings.every_task else main:
        for size in _sizes(item, device, settings):
            if task == TARGET:
                yield from ((task, size, precision) for precision in precisions[:1] if size in definition.TARGET)
            elif size in definition.SIZES:
                yield from ((task, size, precision) for precision in precisions)
            elif task in getattr(definition, "SWEEP_TASKS", main[:1]):
                yield task, size, precisions[0]


def _main_tasks(item: workloads.Workload) -> tuple[str, ...]:
    return getattr(item.problem, "QUICK_TASKS", item.problem.TASKS)


def _sizes(item: workloads.Workload, device: str, settings: Settings) -> list[str]:
    """Peaks are measured at one size: small, on a GPU medium, which keeps it busy; tiny where all else is tiny.

    Unless somebody asks for more, a CPU is spared what is meant for GPUs: medium in presets below `full`, large, and
    the last points of some scaling curves.
    """
    asked = settings.sizes or settings.preset_sizes
    if item.family == MACHINE:
        return ["tiny"] if asked == ("tiny",) else ["medium"] if device == "cuda" else ["small"]
    points = list(getattr(item.problem, "SWEEPS", {})) if SWEEPS in asked else []
    if device == "cpu" and settings.sizes is None:
        spared = ("large",) if settings.preset == "full" else ("medium", "large")
        asked = tuple(size for size in asked if size not in spared)
        points = [point for point in points if not _is_for_gpus(point)]
    return [size for size in item.problem.SIZES if size in asked] + points


def _is_for_gpus(point: str) -> bool:
    """Whether a point of a scaling curve lies beyond what a CPU is given."""
    axis, _, amount = point.rpartition("-")
    return axis in MOST_ON_CPU and int(amount) > MOST_ON_CPU[axis]


def _precisions(item: workloads.Workload, device: str, settings: Settings) -> list[str]:
    supported = [name for name in item.problem.PRECISIONS if name != "tf32" or device == "cuda"]
    if item.family == MACHINE:
        return supported
    if settings.precisions is not None:
        return [name for name in supported if name in settings.precisions]
    extra = settings.extra_precisions if device == "cuda" or settings.preset == "full" else ()
    return [name for name in supported if name == supported[0] or name in extra]


def _modes(item: workloads.Workload, framework: str, device: str, settings: Settings, task: str,
           size: str) -> list[str]:
    """The modes that exist on the device, of those that were asked for. Where none were, those that a workload keeps
    out of QUICK_MODES are left out of the preset quick and of scaling curves, and below `full` of all tasks but the
    main ones; smoke takes the usual modes instead. Eager JAX, which is never the fastest, is left to the lightest
    workloads below `full`, and nobody waits for a whole training in it: it tells nothing that its step does not.
    """
    modes = [mode for mode in getattr(item.problem, "MODES", MODES).get(framework, ())
             if (mode != "compile-max" or device == "cuda") and (task, framework, mode) != (TARGET, "jax", "eager")]
    if settings.modes is not None:
        return [mode for mode in modes if mode in settings.modes or item.family == MACHINE]
    if settings.preset != "full" and framework == "jax" and hasattr(item.problem, "QUICK_MODES"):
        modes = [mode for mode in modes if mode != "eager" or modes == ["eager"]]
    if settings.preset == "smoke" and hasattr(item.problem, "QUICK_MODES"):
        return [mode for mode in modes if mode == USUAL_MODES[framework]] or modes[:1]
    brief = not settings.every_task or size not in SIZES or (
        settings.preset != "full" and task not in _main_tasks(item))
    return [mode for mode in modes if not brief or mode in _quick_modes(item, framework, device)]


def _quick_modes(item: workloads.Workload, framework: str, device: str) -> tuple[str, ...]:
    """QUICK_MODES were chosen on a CPU; on a GPU the compiler is always worth a try."""
    quick: tuple[str, ...] = getattr(item.problem, "QUICK_MODES", MODES).get(framework, ())
    return ("eager", "compile") if (framework, device) == ("torch", "cuda") and "compile" not in quick else quick


def runs(settings: Settings) -> list[tuple[Cell, int]]:
    """Every run of the grid: (cell, number). Twins are numbered from `TWIN` on."""
    grid = cells(settings)
    plan = [(cell, run) for cell in grid for run in range(_runs_of(cell, settings))]
    if settings.twins:
        plan += [(cell, TWIN + run) for cell in twins(grid) for run in range(settings.runs)]
    return plan


def _runs_of(cell: Cell, settings: Settings) -> int:
    """A peak is the best of all, and a scaling curve has many points; what `quick` compares is repeated most."""
    if cell.family == MACHINE:
        return 1
    if cell.size not in SIZES:
        return min(settings.runs, SWEEP_RUNS)
    return settings.runs if _is_quick(cell) else settings.further_runs


def _is_quick(cell: Cell) -> bool:
    """Whether the preset quick compares the cell, or would at its size and precision."""
    item = workloads.discover()[f"{cell.family}/{cell.workload}"]
    return cell.task in _main_tasks(item) and cell.mode in _quick_modes(item, cell.framework, cell.device)


def twins(grid: Iterable[Cell]) -> list[Cell]:
    """The cells that are measured twice: of each family, device and framework one, in its usual mode.

    Where a device has no usual mode at all they are of any mode: without twins nothing could be told from noise.
    """
    candidates = sorted((cell for cell in grid if cell.framework in USUAL_MODES and cell.family != MACHINE),
                        key=_rank_as_twin)
    usual = [cell for cell in candidates if cell.mode == USUAL_MODES[cell.framework]]
    devices = {cell.device for cell in usual}
    first: dict[tuple[str, str, str], Cell] = {}
    for cell in [*usual, *(cell for cell in candidates if cell.device not in devices)]:
        first.setdefault((cell.family, cell.device, cell.framework), cell)
    return list(first.values())


def _rank_as_twin(cell: Cell) -> tuple[bool, int]:
    """Low for what every preset measures, so that a larger one keeps the twins of a smaller one, and for the lightest
    workloads, of which quick takes the most modes.
    """
    item = workloads.discover()[f"{cell.family}/{cell.workload}"]
    modes = sum(len(_quick_modes(item, framework, cell.device)) for framework in USUAL_MODES)
    return not _is_quick(cell), -modes


def checks(settings: Settings, folder: Path) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """What the parity gate has to run, (mode, task), by `family/name` and framework: what the grid compares, what the
    runs below `folder` hold already, what those are compared with, and the tasks that are checked without being timed.
    """
    chosen = catalogue(settings)
    wanted: dict[str, set[tuple[str, str, str]]] = {key: set() for key in chosen}
    for family, name, task, framework, mode in [*map(_check_of, cells(settings)), *_runs_there(folder)]:
        checked = "train" if task == TARGET else task
        wanted.get(f"{family}/{name}", set()).add((framework, mode.removesuffix("-max"), checked))
    found = {}
    for key, variants in wanted.items():
        problem = chosen[key].problem
        untimed = set(problem.CHECK_TASKS) - set(problem.TASKS)
        variants |= {(framework, mode, task) for framework, mode, _ in variants if framework != BASELINE
                     for task in untimed}
        variants |= {(*PIVOT, task) for *_, task in variants}
        for framework in gated(chosen[key], settings):
            found[key, framework] = sorted({(mode, task) for own, mode, task in variants if own == framework})
    return found


def gated(item: workloads.Workload, settings: Settings) -> tuple[str, ...]:
    """The frameworks whose variants of a workload the parity gate runs: those asked for, and the base line."""
    return (*settings.frameworks, *({BASELINE} & set(item.frameworks)))


def _check_of(cell: Cell) -> tuple[str, str, str, str, str]:
    return cell.family, cell.workload, cell.task, cell.framework, cell.mode


def _runs_there(folder: Path) -> Iterable[tuple[str, str, str, str, str]]:
    """What `_check_of` says of the cells of the run files below `folder`, by their names alone."""
    for path in folder.glob("*/*/*/*.parquet"):
        family, name, problem = path.parts[-4:-1]
        framework, _, mode = path.name.split(".")[0].partition("-")
        yield family, name, problem.split("-")[0], framework, mode


def priority(cell: Cell, run: int) -> int:
    """The order of the runs: round after round (a run and its twin share a round), shuffled within a round.

    Run 0 comes before all other runs of its cell, its twin among them, which use its compiler caches.
    """
    shuffled = int.from_bytes(hashlib.sha256(f"{cell} {run}".encode()).digest()[:2], "big")
    return 100_000_000 - (run % TWIN) * 200_000 - (100_000 if run == TWIN else 0) - shuffled


@dataclass(frozen=True)
class State:
    """Which runs of a grid are there."""

    missing: tuple[tuple[Cell, int], ...]
    unsound: dict[Path, str]
    """Files that are there but cannot be used, with the reason; their runs are measured again."""
    wall_seconds: dict[str, list[float]]
    """Wall seconds of the runs that are there, by variant."""


def state(settings: Settings, folder: Path) -> State:
    """Look at the run files below `folder` (a machine's `runs/`); never raises for a bad file."""
    from bench import schema

    missing: list[tuple[Cell, int]] = []
    unsound: dict[Path, str] = {}
    walls: dict[str, list[float]] = {}
    sound: dict[Path, Row] = {}
    digests = {key: workloads.source_digest(item.family, item.name) for key, item in catalogue(settings).items()}
    for cell, run in runs(settings):
        path = folder / cell.run_file(run)
        if not path.exists():
            missing.append((cell, run))
            continue
        try:
            row = schema.read(path, "run")[0]
            problem = why_unusable(row, cell, run, settings, digests[f"{cell.family}/{cell.workload}"])
        except (schema.InvalidFile, IndexError) as error:
            problem = str(error)
        if problem:
            unsound[path] = problem
        else:
            sound[path] = row
    for index, reason in outdated(list(sound.values())).items():
        unsound[list(sound)[index]] = reason
    for path in sound.keys() - unsound.keys():
        walls.setdefault(path.name.split(".")[0], []).append(sound[path]["wall_seconds"] or 0.0)
    return State(tuple(missing), unsound, walls)


def outdated(rows: Sequence[Row]) -> dict[int, str]:
    """The runs that must not be mixed with the newest of their problem, by their place in `rows`, with the reason.

    All runs of a problem must have had as many processors; those of one framework the same packages.
    """
    def kind(row: Row, *more: str) -> tuple[Any, ...]:
        return (row["hardware"], *(row[column] for column in PROBLEM), *more)

    newest: dict[tuple[Any, ...], Any] = {}
    for row in sorted(rows, key=lambda row: row["started"] or ""):
        newest[kind(row)] = row["threads"]
        if row["versions"]:
            newest[kind(row, row["framework"])] = row["versions"]
    found = {}
    for index, row in enumerate(rows):
        if row["threads"] != newest[kind(row)]:
            found[index] = f"it was measured with {row['threads']} processors, the newest run with {newest[kind(row)]}"
        elif row["versions"] and row["versions"] != (latest := newest[kind(row, row["framework"])]):
            found[index] = f"it was measured with {row['versions']}, the newest run with {latest}"
    return found


def why_unusable(row: dict[str, object], cell: Cell, run: int, settings: Settings, digest: str) -> str | None:
    """Why a sound run file must be measured again all the same, or None."""
    if any(row[key] != value for key, value in vars(cell).items()) or row["run"] != run:
        return "it holds another run than its name says"
    if row["hardware"] != settings.hardware:
        return f"it was measured on {row['hardware']}"
    if row["source_digest"] != digest:
        return "the workload or the clock has changed since"
    if row["threads"] != settings.cpu_threads:
        return f"it was measured with {row['threads']} processors, cpu_threads is {settings.cpu_threads}"
    if settings.exclusive and not json.loads(str(row["environment"] or "{}")).get("exclusive", True):
        return "others ran beside it"
    if settings.retry_failed and row["status"] in ("failed", "oom", "timeout"):
        return f"it ended as {row['status']}, and retry_failed is set"
    return None


GUESS_SECONDS = {"eager": 4.0, "jit": 4.0, "scan": 5.0, "compile": 10.0, "compile-max": 20.0}
"""Wall seconds of a run before anything is known of this machine, beside its time budget."""


def estimate_seconds(state: State, settings: Settings) -> float:
    """How long the missing runs will take: the mean of the like runs that are there, or a guess."""
    total = 0.0
    again = [path.name.split(".")[0] for path in state.unsound]
    for variant in [cell.variant for cell, _ in state.missing] + again:
        known = state.wall_seconds.get(variant)
        guess = GUESS_SECONDS[variant.split("-", 1)[1]] + settings.plan["budget_seconds"]
        total += sum(known) / len(known) if known else guess
    return total if settings.exclusive else total / 2


def summary(state: State, settings: Settings) -> str:
    """One sentence about what is missing and how long it will take."""
    wanted = len(state.missing) + len(state.unsound)
    there = sum(map(len, state.wall_seconds.values()))
    if not wanted:
        return f"Preset {settings.preset} on {settings.hardware}: all {there} runs are there."
    minutes = estimate_seconds(state, settings) / 60
    again = f" ({len(state.unsound)} of them again)" if state.unsound else ""
    return (f"Preset {settings.preset} on {settings.hardware}: {wanted} runs to measure{again}, {there} are there; "
            f"about {max(1, round(minutes))} min.")
