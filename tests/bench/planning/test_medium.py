"""What the preset standard measures at medium on a CPU: what takes two seconds a step at most, as was measured."""

import json
from statistics import median

import pytest

from bench import catalogue
from bench.results import reading
from bench.vocabulary import COMPARED, MACHINE, MANY_STEPS, TARGET
from tests.checkout import ROOT
from tests.proof.steps import MOST_SECONDS, NUMBERS

TASKS = [
    (key, task)
    for key, item in catalogue.timed().items()
    if item.family != MACHINE and "medium" in item.states.sizes
    for task in item.states.tasks
    if task != TARGET
]


def slower(seconds):
    """Of framework → seconds of each mode, those of the slower framework in its fastest mode."""
    return max(min(own) for own in seconds.values())


def measured():
    """(workload, task) → seconds of a step at medium, of docs/measurement/steps.json; infinite of what was given up."""
    found: dict[tuple[str, str], dict[str, list[float]]] = {}
    for row in json.loads(NUMBERS.read_text())["numbers"]:
        if row["size"] == "medium":
            own = found.setdefault((row["workload"], row["task"]), {})
            own.setdefault(row["framework"], []).append(row["seconds"] or float("inf"))
    return {key: slower(own) for key, own in found.items()}


def expected():
    """The same by the published trials at small and the count of operations: too high where a call costs much."""
    found: dict[tuple[str, str], dict[str, dict[str, list[float]]]] = {}
    for folder in sorted(path for path in (ROOT / "results/published").glob("*") if path.is_dir()):
        for row in reading.read_machine(folder, own=False).runs:
            counts = row["status"] == "ok" and row["size"] == "small" and row["framework"] in COMPARED
            if counts and (row["framework"], row["mode"]) not in MANY_STEPS:
                own = found.setdefault((f"{row['family']}/{row['workload']}", row["task"]), {})
                own.setdefault(row["framework"], {}).setdefault(row["mode"], []).append(row["step_seconds"])
    return {
        key: slower({name: [median(values) for values in modes.values()] for name, modes in own.items()}) * grown(*key)
        for key, own in found.items()
        if key in TASKS
    }


def grown(key, task):
    """How many times the operations of small medium has."""
    problem = catalogue.timed()[key].states.problem
    return problem("medium").flops(task) / problem("small").flops(task)


KNOWN = expected() | measured()


@pytest.mark.parametrize(("key", "task"), TASKS)
def test_standard_takes_at_medium_what_is_done_in_two_seconds(key, task):
    assert (task in catalogue.timed()[key].states.bearable_tasks) == (KNOWN[key, task] <= MOST_SECONDS)
