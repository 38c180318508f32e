"""What the parity gate has to run."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from bench.catalogue import Workload
from bench.planning.grid import cells, chosen_workloads
from bench.planning.settings import Settings
from bench.schema import InvalidFile, read
from bench.vocabulary import BASELINE, CHECK_DEVICE, PIVOT, TARGET, Cell


def checks(settings: Settings, folder: Path, table: str = "trial") -> dict[tuple[str, str], list[tuple[str, str]]]:
    """What the parity gate has to run, (mode, task), by `family/name` and framework: what the grid compares, what the
    runs below `folder` hold already (files of `table`: of the frameworks' trials, or of a release's), what those are
    compared with, and the tasks that are checked without being timed.
    """
    chosen = chosen_workloads(settings)
    wanted: dict[str, set[tuple[str, str, str]]] = {key: set() for key in chosen}
    for family, name, task, framework, mode in [*map(_check_of, cells(settings)), *_runs_there(folder, table)]:
        checked = "train" if task == TARGET else task
        wanted.get(f"{family}/{name}", set()).add((framework, mode.removesuffix("-max"), checked))
    found = {}
    for key, variants in wanted.items():
        states = chosen[key].states
        untimed = set(states.check_tasks) - set(states.tasks)
        variants |= {
            (framework, mode, task) for framework, mode, _ in variants if framework != BASELINE for task in untimed
        }
        variants |= {(*PIVOT, task) for *_, task in variants}
        for framework in gated(chosen[key], settings):
            own = {(mode, task) for variant, mode, task in variants if variant == framework}
            found[key, framework] = sorted(
                (mode, task) for mode, task in own if mode in states.modes_for(task, framework, CHECK_DEVICE)
            )
    return found


def gated(item: Workload, settings: Settings) -> tuple[str, ...]:
    """The frameworks whose variants of a workload the parity gate runs: those asked for, and the base line."""
    return (*settings.frameworks, *({BASELINE} & set(item.frameworks)))


def _check_of(cell: Cell) -> tuple[str, str, str, str, str]:
    return cell.family, cell.workload, cell.task, cell.framework, cell.mode


def _runs_there(folder: Path, table: str) -> Iterable[tuple[str, str, str, str, str]]:
    """What `_check_of` says of the runs in the files of trials below `folder`; of files that cannot be read nothing."""
    for path in folder.glob("*/*/*.parquet"):
        with suppress(InvalidFile):
            for row in read(path, table):
                yield row["family"], row["workload"], row["task"], row["framework"], row["mode"]
