"""The runs of every cell, and the order in which they are measured. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from bench import catalogue
from bench.planning.grid import cells, quick_modes
from bench.planning.settings import Settings
from bench.vocabulary import FIRST_MODES, MACHINE, SIZES, TWIN, Cell

CURVE_RUNS = 3
"""The most runs of a point of a scaling curve."""
FIRST, ROUND, TWIN_LATER = 100_000_000, 200_000, 100_000
"""Priority of the very first run; how much lower each round is, and the first twin within its round."""


def runs(settings: Settings) -> list[tuple[Cell, int]]:
    """Every run of the grid: (cell, number). Twins are numbered from `TWIN` on."""
    grid = cells(settings)
    plan = [(cell, run) for cell in grid for run in range(_runs_of(cell, settings))]
    if settings.preset.twins:
        plan += [(cell, TWIN + run) for cell in twins(grid) for run in range(settings.runs)]
    return plan


def _runs_of(cell: Cell, settings: Settings) -> int:
    """A peak is the best of all, and a scaling curve has many points; what `quick` compares is repeated most."""
    if cell.family == MACHINE:
        return 1
    if cell.size not in SIZES:
        return min(settings.runs, CURVE_RUNS)
    return settings.runs if is_quick(cell) else settings.further_runs


def is_quick(cell: Cell) -> bool:
    """Whether the preset quick compares the cell, or would at its size and precision."""
    states = catalogue.find(cell.family, cell.workload).states
    return cell.task in states.main_tasks and cell.mode in quick_modes(states, cell.framework, cell.device)


def twins(grid: Iterable[Cell]) -> list[Cell]:
    """The cells that are measured twice: of each family, device and framework one, in the mode that starts first.

    Where a device has no such mode at all they are of any mode: without twins nothing could be told from noise.
    """
    candidates = sorted(
        (cell for cell in grid if cell.framework in FIRST_MODES and cell.family != MACHINE), key=_rank_as_twin
    )
    preferred = [cell for cell in candidates if cell.mode == FIRST_MODES[cell.framework]]
    devices = {cell.device for cell in preferred}
    found: dict[tuple[str, str, str], Cell] = {}
    for cell in [*preferred, *(cell for cell in candidates if cell.device not in devices)]:
        found.setdefault((cell.family, cell.device, cell.framework), cell)
    return list(found.values())


def _rank_as_twin(cell: Cell) -> tuple[bool, int]:
    """Low for what every preset measures, so that a larger one keeps the twins of a smaller one, and for the lightest
    workloads, of which quick takes the most modes.
    """
    states = catalogue.find(cell.family, cell.workload).states
    modes = sum(len(quick_modes(states, framework, cell.device)) for framework in FIRST_MODES)
    return not is_quick(cell), -modes


def priority(cell: Cell, run: int) -> int:
    """The order of the runs: round after round (a run and its twin share a round), shuffled within a round.

    Run 0 comes before all other runs of its cell, its twin among them, which use its compiler caches.
    """
    shuffled = int.from_bytes(hashlib.sha256(f"{cell} {run}".encode()).digest()[:2], "big")
    return FIRST - (run % TWIN) * ROUND - (TWIN_LATER if run == TWIN else 0) - shuffled
