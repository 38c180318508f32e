"""The order: how many runs each cell has, which of them are twins, and what comes first."""

from collections import Counter
from itertools import pairwise

import pytest

from bench.planning import grid, order
from bench.vocabulary import TWIN, Cell
from tests.bench.planning.planted import plan
from tests.bench.planning.planted import runs as runs_of


def test_every_cell_is_there_once_and_has_as_many_runs_as_asked_for():
    chosen = plan(trials=4)
    runs = [(cell, run) for cell, run in runs_of(chosen) if run < TWIN and cell.family != "machine"]
    assert set(Counter(runs).values()) == {1}
    assert set(Counter(cell for cell, _ in runs).values()) == {4}


def test_what_standard_wants_contains_what_quick_wants():
    quick, standard = (set(runs_of(plan(preset=name))) for name in ("quick", "standard"))
    assert quick < standard


def test_a_trial_holds_all_variants_of_its_problem_and_a_twin_beside_its_like():
    for trial in order.trials(plan(preset="standard")):
        assert {cell.problem for cell in trial.cells} == {trial.problem}
        assert set(trial.twins) <= set(trial.cells)
        assert len(trial.runs) == len(trial.cells) + len(trial.twins)


def test_every_trial_has_a_file_of_its_own():
    files = [trial.file for trial in order.trials(plan(preset="full"))]
    assert len(set(files)) == len(files)


def test_standard_repeats_what_quick_compares_more_often_than_what_it_adds():
    kept = set(grid.cells(plan()))
    counts = Counter(
        cell
        for cell, run in runs_of(plan(preset="standard"))
        if run < TWIN and cell.family != "machine" and cell.framework != "numpy"
    )
    assert {counts[cell] for cell in counts if cell in kept} == {5}
    assert {counts[cell] for cell in counts if cell not in kept and cell.size == "small"} == {3}


def test_scaling_curves_are_measured_when_asked_for_with_the_main_task_and_few_runs():
    runs = [(cell, run) for cell, run in runs_of(plan(preset="full")) if cell.size.startswith("batch-")]
    assert {cell.task for cell, _ in runs if cell.workload == "resnet"} == {"train", "forward"}
    assert max(run for _, run in runs) == order.CURVE_TRIALS - 1
    asked = grid.cells(plan(workloads="training/resnet", sizes="small,sweeps"))
    assert {"small", "batch-8"} <= {cell.size for cell in asked}


@pytest.mark.parametrize(("preset", "further"), [("quick", ()), ("standard", ("cases",))])
def test_every_family_has_twins_in_the_modes_that_start_first_and_that_quick_measures(preset, further):
    twins = {(cell.family, cell.framework, cell.mode) for cell, run in runs_of(plan(preset=preset)) if run >= TWIN}
    assert twins == {
        (family, *variant)
        for family in ("training", "autodiff", "science", *further)
        for variant in (("torch", "eager"), ("jax", "jit"))
    }


def test_where_the_mode_that_starts_first_is_not_measured_another_one_has_a_twin():
    twins = {(cell.framework, cell.mode) for cell, run in runs_of(plan(modes="compile,scan")) if run >= TWIN}
    assert twins == {("torch", "compile"), ("jax", "scan")}


def test_every_device_has_twins_and_what_quick_measures_goes_before_the_mode_that_starts_first():
    cells = [
        Cell("science", "nbody", "forward", "small", "float64", device, "torch", mode)
        for device, mode in (("cpu", "compile"), ("cuda", "compile"), ("cuda", "eager"))
    ]
    assert {(cell.device, cell.mode) for cell in order.twins(cells)} == {("cpu", "compile"), ("cuda", "compile")}


def test_trial_zero_of_every_problem_comes_before_trial_one_of_any():
    numbers = [trial.number for trial in sorted(order.trials(plan()), key=lambda trial: -order.priority(trial))]
    assert numbers == sorted(numbers)


def test_the_order_within_a_round_of_trials_is_shuffled_and_always_the_same():
    trials = [trial for trial in order.trials(plan()) if trial.number == 0]
    ordered = sorted(trials, key=lambda trial: -order.priority(trial))
    assert ordered != sorted(trials)
    families = [trial.problem.family for trial in ordered]
    assert sum(a != b for a, b in pairwise(families)) > 4  # sorted, they would change three times
    assert order.priority(ordered[0]) == order.priority(ordered[0])
