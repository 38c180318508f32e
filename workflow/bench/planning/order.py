"""The trials of every problem, and the order in which they are measured. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from bench import catalogue
from bench.planning.grid import cells, quick_modes
from bench.planning.settings import Settings
from bench.vocabulary import CASES, FIRST_MODES, MACHINE, SIZES, Cell, Problem, Trial

CURVE_TRIALS = 3
"""The most trials of a point of a scaling curve."""
FIRST, ROUND, RELEASES = 100_000_000, 100_000, 50_000_000
"""Priority of the very first trial, and how much lower each round of trials, and those of releases, are."""


def trials(settings: Settings) -> list[Trial]:
    """Every trial of the grid. What is measured less often than others of its problem is in the first trials."""
    grid = cells(settings)
    doubled = set(twins(grid)) if settings.preset.twins else set()
    problems: dict[Problem, list[Cell]] = {}
    for cell in grid:
        problems.setdefault(cell.problem, []).append(cell)
    return [
        Trial(problem, number, present, tuple(cell for cell in present if cell in doubled))
        for problem, own in problems.items()
        for number in range(max(_trials_of(cell, settings) for cell in own))
        for present in [tuple(cell for cell in own if number < _trials_of(cell, settings))]
    ]


def _trials_of(cell: Cell, settings: Settings) -> int:
    """A peak is the best of all, and a scaling curve has many points; what `quick` compares is repeated most. Of public
    cases there are many, and what they tell is large.
    """
    if cell.family == MACHINE:
        return 1
    if cell.size not in SIZES:
        return min(settings.trials, CURVE_TRIALS)
    return settings.trials if is_quick(cell) and cell.family != CASES else settings.other_trials


def is_quick(cell: Cell) -> bool:
    """Whether the preset quick compares the cell, or would at its size and precision."""
    states = catalogue.find(cell.family, cell.workload).states
    return cell.task in states.main_tasks and cell.mode in quick_modes(states, cell.framework, cell.device)


def twins(grid: Iterable[Cell]) -> list[Cell]:
    """The cells that are measured twice: of each family, device and framework one, in the mode that starts first where
    that is measured.
    """
    candidates = (cell for cell in grid if cell.framework in FIRST_MODES and cell.family != MACHINE)
    found: dict[tuple[str, str, str], Cell] = {}
    for cell in sorted(candidates, key=_rank_as_twin):
        found.setdefault((cell.family, cell.device, cell.framework), cell)
    return list(found.values())


def _rank_as_twin(cell: Cell) -> tuple[bool, bool, int]:
    """Low for what every preset measures, so that a larger one keeps the twins of a smaller one, for the mode that
    starts first, and for the lightest workloads, of which quick takes the most modes.
    """
    states = catalogue.find(cell.family, cell.workload).states
    modes = sum(len(quick_modes(states, framework, cell.device)) for framework in FIRST_MODES)
    return not is_quick(cell), cell.mode != FIRST_MODES[cell.framework], -modes


def priority(trial: Trial) -> int:
    """The order of the trials: trial 0 of all problems, then trial 1, …, shuffled within each round; then releases."""
    shuffled = int.from_bytes(hashlib.sha256(f"{trial.problem} {trial.number}".encode()).digest()[:2], "big")
    return FIRST - (RELEASES if trial.release else 0) - trial.number * ROUND - shuffled
