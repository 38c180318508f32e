"""What the preset standard measures at medium on a CPU: what takes two seconds a step at most, by what is published."""

from statistics import median

import pytest

from bench import catalogue
from bench.results import reading
from bench.vocabulary import CASES, COMPARED, MACHINE, MANY_STEPS, TARGET
from tests.checkout import ROOT

MOST_SECONDS = 2.0
SLOWEST = 1e9
"""Operations per second that a step at medium reaches at least; at small the cost of calls may be all there is."""
BASES = {"primal_drawn": "primal", "gradient_drawn": "gradient", "train_drawn": "train", "train_dropout": "train"}
"""Tasks that were added after the published trials, and what they are but for drawing their numbers."""
UNMEASURED = {("training/gpt", "generate")}
"""Left out until it is measured."""
TASKS = [
    (key, task)
    for key, item in catalogue.timed().items()
    if item.family not in (MACHINE, CASES) and "medium" in item.states.sizes
    for task in item.states.tasks
    if task != TARGET
]


def published():
    """(workload, task) → seconds of a step at small, of the slower framework in its fastest mode."""
    found: dict[tuple[str, str], dict[str, dict[str, list[float]]]] = {}
    for folder in sorted(path for path in (ROOT / "results/published").glob("*") if path.is_dir()):
        for row in reading.read_machine(folder, own=False).runs:
            counts = row["status"] == "ok" and row["size"] == "small" and row["framework"] in COMPARED
            if counts and (row["framework"], row["mode"]) not in MANY_STEPS:
                own = found.setdefault((f"{row['family']}/{row['workload']}", row["task"]), {})
                own.setdefault(row["framework"], {}).setdefault(row["mode"], []).append(row["step_seconds"])
    return {
        key: max(min(median(values) for values in modes.values()) for modes in own.values())
        for key, own in found.items()
    }


PUBLISHED = published()


def seconds_at_medium(key, task):
    """A step's seconds by those at small and the count of operations; infinite where nothing was measured."""
    if (key, task) in UNMEASURED:
        return float("inf")
    base = BASES.get(task, task)
    problem = catalogue.timed()[key].states.problem
    rate = problem("small").flops(base) / PUBLISHED[key, base]
    return problem("medium").flops(base) / max(rate, SLOWEST)


@pytest.mark.parametrize(("key", "task"), TASKS)
def test_standard_takes_at_medium_what_is_done_in_two_seconds(key, task):
    taken = task in catalogue.timed()[key].states.bearable_tasks
    assert taken == (seconds_at_medium(key, task) <= MOST_SECONDS), seconds_at_medium(key, task)


def test_standard_takes_no_public_case_at_medium_on_a_cpu():
    taken = {key: item.states.bearable_tasks for key, item in catalogue.timed().items() if item.family == CASES}
    assert taken
    assert set(taken.values()) == {()}
