"""Simulate how long `standard` takes on the nodes of a cluster, from the durations of real trials; write the table.

    python docs/make_cluster.py results/published/amd-epyc-family-25-model-17-2c

What the cluster adds was measured: docs/cluster.md says how.
"""

from __future__ import annotations

import argparse
import heapq
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT)]

from bench import catalogue
from bench.planning import order, settings
from bench.planning.state import CHECK_SECONDS, EXAMPLE_SECONDS
from bench.results.pairs import is_further
from bench.results.reading import read_machine
from bench.vocabulary import CELL, COMPARED, PROBLEM, TWIN
from tests.proof import markdown

PAGE = ROOT / "docs/cluster.md"
PLACE, PRESET = "simulated", "standard"
NODES = (1, 2, 4, 8, 16, 32, 64)


@dataclass(frozen=True)
class Costs:
    """What a cluster adds, in seconds."""

    start: float
    """Until the first job is submitted: Snakemake, and its graph of all jobs."""
    submit: float
    """From one submission to the next: jobs are submitted one after the other."""
    job: float
    """What a job takes beside its trial: Slurm, and two starts of Snakemake on the node."""


MEASURED = Costs(start=8.5, submit=0.1, job=11.0)
LOOK, LONGER, LONGEST = 2.0, 10.0, 180.0
"""Snakemake's plugin looks for jobs that have ended after so many seconds, after so many more each time that there is
none, and after no more than that.
"""


def ends(durations: Sequence[float], nodes: int, costs: Costs) -> list[float]:
    """When each job ends; they are submitted in their order, and the first node that is free takes the next."""
    free, found = [0.0] * nodes, []
    for place, duration in enumerate(durations):
        begin = max(heapq.heappop(free), place * costs.submit)
        found.append(begin + costs.job + duration)
        heapq.heappush(free, found[-1])
    return found


def noticed(when: Sequence[float]) -> float:
    """When Snakemake has noticed that all of these jobs have ended."""
    now, wait, waiting = 0.0, LOOK, sorted(when, reverse=True)
    while waiting:
        now += wait
        before = len(waiting)
        while waiting and waiting[-1] <= now:
            waiting.pop()
        wait = LOOK if len(waiting) < before else min(wait + LONGER, LONGEST)
    return now


def simulated(stages: Sequence[Sequence[float]], nodes: int, costs: Costs) -> float:
    """Seconds of a workflow whose stages follow each other, until its tables and pages can be made."""
    return costs.start + sum(noticed(ends(stage, nodes, costs)) for stage in stages)


@dataclass(frozen=True)
class Work:
    """The seconds of each job of a preset, of whatever kind, and how many of its trials were never measured."""

    first: list[float]
    second: list[float]
    guessed: int


def work_of(folder: Path) -> Work:
    """What `standard` has to do today on processors like those of a published machine: a process takes as long as it
    took there in the median, or as others of its mode did; the second stage is that which there was.
    """
    took: dict[Any, list[float]] = {}
    further: dict[Any, float] = {}
    for row in read_machine(folder, own=False).runs:
        seconds = (row["wall_seconds"] or 0.0) * (row["attempts"] or 1)
        for like in (tuple(row[column] for column in CELL[1:]), (row["framework"], row["mode"])):
            took.setdefault(like, []).append(seconds)
        if is_further(row["run"]):
            place = (*(row[column] for column in PROBLEM), row["run"] % TWIN)
            further[place] = further.get(place, 0.0) + seconds
    chosen = settings.load({"preset": PRESET, "devices": "cpu", "hardware": folder.name, "cpu_threads": 1}, True)
    chosen = replace(chosen, numba=False)
    trials = [[cell for cell, _ in trial.runs.values()] for trial in order.trials(chosen)]
    guessed = sum(any(astuple(cell) not in took for cell in cells) for cells in trials)
    first = [
        sum(median(took.get(astuple(cell)) or took[cell.framework, cell.mode]) for cell in cells) for cells in trials
    ]
    names = {(cell.family, cell.workload, cell.framework) for cells in trials for cell in cells}
    beside = [CHECK_SECONDS] * len(names) + [EXAMPLE_SECONDS] * len(COMPARED) * len(catalogue.examples())
    return Work(beside + first, [*further.values()], guessed)


def table(folder: Path, costs: Costs) -> str:
    """The paragraph and the table of the page."""
    work = work_of(folder)
    stages = work.first, work.second
    alone = sum(map(sum, stages))
    rows = []
    for nodes in NODES:
        seconds = simulated(stages, nodes, costs)
        rows.append([nodes, f"{seconds / 60:.0f} min", f"{alone / seconds / nodes:.0%}"])
    told = (
        f"{len(work.first)} jobs of the first stage and {len(work.second)} of the second, {alone / 60:.0f} minutes of "
        f"work, as `{folder.name}` took them; {work.guessed} trials were not measured there in every variant, and what "
        f"is missing is taken to last as long as others of its mode. {costs.start:g} s pass until the first job is "
        f"submitted, {costs.submit:g} s between two submissions; {costs.job:g} s of each job go to Slurm and Snakemake."
        " Tables and pages come on top."
    )
    return f"{told}\n\n{markdown.table(['nodes', 'time', 'of it spent on measuring'], rows)}"


def main() -> None:
    """Write the table into the page, and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a machine's folder of results")
    content = table(parser.parse_args().folder, MEASURED)
    PAGE.write_text(markdown.filled(PAGE, content, PLACE), encoding="utf-8")
    print(content)


if __name__ == "__main__":
    main()
