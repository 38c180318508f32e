"""Which trials of the grid are there, which can be used, and how long the others will take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench import sources
from bench.measuring import identity
from bench.measuring.interpreters import changed
from bench.planning import environments, further, releases
from bench.planning.order import trials
from bench.planning.settings import Settings
from bench.runs import outdated
from bench.schema import InvalidFile, Row, read
from bench.vocabulary import EXPERT, TWIN, Cell, Trial

FURTHER_FILE = "further.json"
"""Where it stands in a machine's folder which trials the second stage has."""


@dataclass(frozen=True)
class State:
    """Which trials of a grid are there."""

    missing: tuple[Trial, ...]
    unsound: dict[Path, str]
    """Files that are there but cannot be used, with the reason; their trials are measured again."""
    again: tuple[Trial, ...]
    """The trials of those files."""
    there: int
    """How many can be used."""
    wall_seconds: dict[str, list[float]]
    """Wall seconds of their runs, by variant."""


def machine(folder: Path, elsewhere: bool) -> str | None:
    """The fingerprint that trials must have: this machine's, or, where others measure, that of the one which is
    described in their `folder`; None where none is yet.
    """
    if not elsewhere:
        return identity.fingerprint()
    with suppress(OSError, ValueError, AttributeError):
        return json.loads((folder / "hardware.json").read_text()).get("fingerprint")
    return None


def state(settings: Settings, folder: Path, elsewhere: bool = False, conda: bool = False) -> State:
    """Look at the files of trials below `folder` (a machine's `trials/`); never raises for a bad file.

    elsewhere: whether other machines than this one measure. conda: whether they do in its environments.
    Of the second stage that is looked at which has been asked for already.
    """
    missing: list[Trial] = []
    unsound: dict[Path, str] = {}
    wanted: dict[Path, Trial] = {}
    versions = {device: environments.versions(settings, device, conda) for device in settings.devices}
    expected = machine(folder.parent, elsewhere)
    rows: list[tuple[Path, Row]] = []
    first = [*trials(settings), *further_trials(settings, folder.parent / FURTHER_FILE)]
    for trial in [*first, *releases.trials(settings)]:
        path = folder.parent / trial.place if trial.release else folder / trial.file
        if not path.exists():
            missing.append(trial)
            continue
        wanted[path] = trial
        try:
            found = read(path, "release_trial" if trial.release else "trial")
            reason = why_unusable(found, trial, settings, versions[trial.problem.device], expected)
        except InvalidFile as error:
            found, reason = [], str(error)
        if reason:
            unsound[path] = reason
        else:
            rows += [(path, row) for row in found]
    for index, reason in outdated([row for _, row in rows]).items():
        unsound[rows[index][0]] = reason
    walls: dict[str, list[float]] = {}
    for path, row in rows:
        if path not in unsound:
            walls.setdefault(f"{row['framework']}-{row['mode']}", []).append(row["wall_seconds"] or 0.0)
    return State(tuple(missing), unsound, tuple(wanted[path] for path in unsound), len(wanted) - len(unsound), walls)


def further_trials(settings: Settings, path: Path) -> list[Trial]:
    """The trials of the second stage that a file asks for, of the problems of the grid."""
    problems = {trial.problem for trial in trials(settings)} if settings.has_second_stage else set()
    return [trial for trial in further.read(path) if trial.problem in problems]


def why_unusable(
    rows: list[Row],
    trial: Trial,
    settings: Settings,
    versions: Mapping[str, Mapping[str, str]] | None = None,
    fingerprint: str | None = None,
) -> str | None:
    """Why a sound file must be measured again all the same, or None. What else is in it does not count.

    versions, fingerprint: the packages of each framework and release, and the machine, where they are known. When one
    changes, all that took turns with it is measured again. That there is no twin is no reason: which trials have one
    depends on what else is asked for, and the noise floor comes from all of them.
    """
    found = {(row["framework"], row["mode"], row.get("version", ""), row["run"]): row for row in rows}
    for name, (cell, number) in trial.runs.items():
        row = found.get((cell.framework, cell.mode, getattr(cell, "version", ""), number))
        if row is None and number >= TWIN:
            continue
        if row is None:
            return f"it has no run of {name}"
        if reason := _why_unusable(row, cell, settings, fingerprint):
            return reason
        if reason := changed((versions or {}).get(cell.environment, {}), json.loads(row["versions"] or "{}")):
            return reason
    return None


def _why_unusable(row: Row, cell: Cell, settings: Settings, fingerprint: str | None) -> str | None:
    if any(row[key] != value for key, value in vars(cell).items()):
        return "it holds another trial than its name says"
    if row["hardware"] != settings.hardware:
        return f"it was measured on {row['hardware']}"
    if fingerprint and row["fingerprint"] != fingerprint:
        return "it was measured on another machine of that name"
    if row["source_digest"] != sources.run_digest(cell.family, cell.workload, cell.framework):
        return "the workload or the clock has changed since"
    if row["threads"] != settings.cpu_threads:
        return f"it was measured with {row['threads']} processors, cpu_threads is {settings.cpu_threads}"
    if settings.preset.exclusive and not json.loads(str(row["environment"] or "{}")).get("exclusive", True):
        return "others ran beside it"
    if settings.retry_failed and row["status"] in ("failed", "oom", "timeout"):
        return f"a run of it ended as {row['status']}, and retry_failed is set"
    return None


GUESS_SECONDS = {"eager": 4.0, "jit": 4.0, "scan": 5.0, "compile": 10.0, "many": 20.0, "compile-max": 20.0}
"""Wall seconds of a run before anything is known of this machine, beside its time budget."""


def estimate_seconds(state: State, settings: Settings) -> float:
    """How long the missing trials will take: the mean of the like runs that are there, or a guess."""
    total = 0.0
    for cell, _ in (run for trial in (*state.missing, *state.again) for run in trial.runs.values()):
        known = state.wall_seconds.get(f"{cell.framework}-{cell.mode}")
        guess = GUESS_SECONDS[cell.mode.removesuffix(EXPERT)] + settings.plan["budget_seconds"]
        total += sum(known) / len(known) if known else guess
    return total if settings.preset.exclusive else total / 2


CHECK_SECONDS, EXAMPLE_SECONDS = 5.0, 7.0
"""Of the gate for a workload in a framework, and of its examples: together what quick took (docs/measurement.md)."""


def summary(state: State, settings: Settings, checks: int = 0, examples: int = 0) -> str:
    """One sentence about what is missing and how long it will take.

    checks, examples: how many files of the gate and of examples are missing, which are made side by side.
    """
    wanted, others = len(state.missing) + len(state.unsound), checks + examples
    again = f" ({len(state.unsound)} of them again)" if state.unsound else ""
    trials = f"{wanted} trials to measure{again}, {state.there} are there"
    if not wanted:
        trials = f"all {state.there} trials are there"
    beside = f", {others} checks and examples to run" if others else ""
    seconds = estimate_seconds(state, settings) + EXAMPLE_SECONDS * examples
    seconds += CHECK_SECONDS * checks / (settings.cpu_threads + 1)
    time = f"; about {max(1, round(seconds / 60))} min" if wanted + others else ""
    more = f" Pairs that they leave undecided get up to {settings.most_trials}." if settings.has_second_stage else ""
    return f"Preset {settings.preset.name} on {settings.hardware}: {trials}{beside}{time}.{more if wanted else ''}"
