"""Which runs of the grid are there, which can be used, and how long the others will take."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bench import sources
from bench.planning.order import runs
from bench.planning.settings import Settings
from bench.runs import outdated
from bench.schema import InvalidFile, Row, read
from bench.vocabulary import Cell


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
    missing: list[tuple[Cell, int]] = []
    unsound: dict[Path, str] = {}
    walls: dict[str, list[float]] = {}
    sound: dict[Path, Row] = {}
    for cell, run in runs(settings):
        path = folder / cell.run_file(run)
        if not path.exists():
            missing.append((cell, run))
            continue
        try:
            row = read(path, "run")[0]
            problem = why_unusable(row, cell, run, settings)
        except (InvalidFile, IndexError) as error:
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


def why_unusable(row: dict[str, object], cell: Cell, run: int, settings: Settings) -> str | None:
    """Why a sound run file must be measured again all the same, or None."""
    if any(row[key] != value for key, value in vars(cell).items()) or row["run"] != run:
        return "it holds another run than its name says"
    if row["hardware"] != settings.hardware:
        return f"it was measured on {row['hardware']}"
    if row["source_digest"] != sources.run_digest(cell.family, cell.workload, cell.framework):
        return "the workload or the clock has changed since"
    if row["threads"] != settings.cpu_threads:
        return f"it was measured with {row['threads']} processors, cpu_threads is {settings.cpu_threads}"
    if settings.preset.exclusive and not json.loads(str(row["environment"] or "{}")).get("exclusive", True):
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
    return total if settings.preset.exclusive else total / 2


def summary(state: State, settings: Settings) -> str:
    """One sentence about what is missing and how long it will take."""
    wanted = len(state.missing) + len(state.unsound)
    there = sum(map(len, state.wall_seconds.values()))
    if not wanted:
        return f"Preset {settings.preset.name} on {settings.hardware}: all {there} runs are there."
    minutes = estimate_seconds(state, settings) / 60
    again = f" ({len(state.unsound)} of them again)" if state.unsound else ""
    return (
        f"Preset {settings.preset.name} on {settings.hardware}: {wanted} runs to measure{again}, {there} are there; "
        f"about {max(1, round(minutes))} min."
    )
