"""The trials of other versions: each in turns with the default of its framework, and with nothing else. Pure.

They lie beside the trials that compare the frameworks, so that no comparison of these, no vote and no claim knows of
them, and each release has its own, so that to ask about another one measures nothing again.
"""

from __future__ import annotations

from dataclasses import replace

from bench.planning.grid import cells
from bench.planning.order import twins
from bench.planning.settings import PRESETS, Settings
from bench.vocabulary import MACHINE, TARGET, Problem, Release, ReleaseCell, Trial


def settings_of(settings: Settings, release: Release) -> Settings:
    """What a release is measured in: the grid of quick, whatever else a larger preset measures, of its framework alone;
    what the user chose of workloads, sizes, modes and precisions counts here too.
    """
    preset = settings.preset if settings.preset.name == "smoke" else PRESETS["quick"]
    return replace(settings, preset=preset, frameworks=(release.framework,))


def trials(settings: Settings) -> list[Trial]:
    """Every trial of every release. In each family one cell is there twice, in the default, for the noise floor.

    Ways to a target are left out: their time is that of their steps.
    """
    found = []
    for release in settings.versions:
        own = [
            cell
            for cell in cells(settings_of(settings, release))
            if cell.family != MACHINE and cell.task != TARGET and cell.framework == release.framework
        ]
        doubled = set(twins(own)) if settings.preset.twins else set()
        problems: dict[Problem, list[tuple]] = {}
        for cell in own:
            pair = (cell, ReleaseCell(**vars(cell), version=release.version))
            problems.setdefault(cell.problem, []).append(pair)
        found += [
            Trial(
                problem,
                number,
                tuple(cell for pair in pairs for cell in pair),
                tuple(cell for cell, _ in pairs if cell in doubled),
            )
            for problem, pairs in problems.items()
            for number in range(settings.trials)
        ]
    return found
