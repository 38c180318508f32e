"""Simulate how long a preset takes on the nodes of a cluster, from the durations of real trials, and write the table.

    python docs/make_cluster.py results/published/intel-xeon-family-6-model-167-2c

What the cluster adds was measured: docs/cluster.md says how.
"""

from __future__ import annotations

import argparse
import heapq
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT)]

from bench.planning.state import CHECK_SECONDS, EXAMPLE_SECONDS
from bench.results.reading import read_machine
from bench.vocabulary import FURTHER, PROBLEM, TWIN
from tests.proof import markdown

PAGE = ROOT / "docs/cluster.md"
PLACE = "simulated"
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


def stages_of(folder: Path) -> tuple[list[float], list[float]]:
    """The seconds of each job of the first stage, of whatever kind, and of the second, as a machine took them."""
    machine = read_machine(folder, own=False)
    trials: dict[tuple[object, ...], float] = {}
    for row in sorted(machine.runs, key=lambda row: row["started"]):
        place = (*(row[column] for column in PROBLEM), row["run"] % TWIN)
        trials[place] = trials.get(place, 0.0) + (row["wall_seconds"] or 0.0) * (row["attempts"] or 1)
    checks = len({(row["family"], row["workload"], row["framework"]) for row in machine.observations})
    examples = len({(row["workload"], row["framework"]) for row in machine.events})
    first = [EXAMPLE_SECONDS] * examples + [CHECK_SECONDS] * checks
    first += [seconds for place, seconds in trials.items() if place[-1] < FURTHER]  # type: ignore[operator]
    return first, [seconds for place, seconds in trials.items() if place[-1] >= FURTHER]  # type: ignore[operator]


def table(folder: Path, costs: Costs) -> str:
    """The paragraph and the table of the page."""
    stages = stages_of(folder)
    alone = sum(map(sum, stages))
    rows = []
    for nodes in NODES:
        seconds = simulated(stages, nodes, costs)
        rows.append([nodes, f"{seconds / 60:.0f} min", f"{alone / seconds / nodes:.0%}"])
    told = (
        f"{len(stages[0])} jobs of the first stage and {len(stages[1])} of the second, {alone / 60:.0f} minutes of "
        f"work, as `{folder.name}` took them. {costs.start:g} s pass until the first job is submitted, "
        f"{costs.submit:g} s between two submissions; {costs.job:g} s of each job go to Slurm and Snakemake. "
        "Tables and pages come on top."
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
