"""The order: how many runs each cell has, which of them are twins, and what comes first."""

from collections import Counter
from itertools import pairwise

import pytest

from bench.planning import grid, order
from bench.vocabulary import FIRST_MODES, TWIN, Cell
from tests.bench.planning.planted import plan


def test_every_cell_is_there_once_and_has_as_many_runs_as_asked_for():
    chosen = plan(runs=4)
    runs = [(cell, run) for cell, run in order.runs(chosen) if run < TWIN and cell.family != "machine"]
    assert set(Counter(runs).values()) == {1}
    assert set(Counter(cell for cell, _ in runs).values()) == {4}


def test_the_sizes_of_standard_contain_those_of_quick_so_that_runs_are_kept():
    quick, standard = (set(order.runs(plan(preset=name))) for name in ("quick", "standard"))
    assert quick < standard


def test_standard_repeats_what_quick_compares_more_often_than_what_it_adds():
    kept = set(grid.cells(plan()))
    counts = Counter(
        cell
        for cell, run in order.runs(plan(preset="standard"))
        if run < TWIN and cell.family != "machine" and cell.framework != "numpy"
    )
    assert {counts[cell] for cell in counts if cell in kept} == {5}
    assert {counts[cell] for cell in counts if cell not in kept and cell.size == "small"} == {3}


def test_scaling_curves_are_measured_when_asked_for_with_the_main_task_and_few_runs():
    runs = [(cell, run) for cell, run in order.runs(plan(preset="full")) if cell.size.startswith("batch-")]
    assert {cell.task for cell, _ in runs if cell.workload == "resnet"} == {"train"}
    assert max(run for _, run in runs) == order.CURVE_RUNS - 1
    asked = grid.cells(plan(workloads="training/resnet", sizes="small,sweeps"))
    assert {"small", "batch-8"} <= {cell.size for cell in asked}


@pytest.mark.parametrize(("preset", "left_out"), [("quick", {("science", "torch", "eager")}), ("standard", set())])
def test_every_family_has_twins_in_the_modes_that_start_first_and_are_measured(preset, left_out):
    twins = {(cell.family, cell.framework, cell.mode) for cell, run in order.runs(plan(preset=preset)) if run >= TWIN}
    assert (
        twins
        == {
            (family, framework, mode)
            for family in ("training", "autodiff", "science")
            for framework, mode in FIRST_MODES.items()
        }
        - left_out
    )


def test_where_the_mode_that_starts_first_is_not_measured_another_one_has_a_twin():
    twins = {(cell.framework, cell.mode) for cell, run in order.runs(plan(modes="compile,scan")) if run >= TWIN}
    assert twins == {("torch", "compile"), ("jax", "scan")}


def test_no_device_is_without_twins():
    cells = [
        Cell("science", "nbody", "forward", "small", "float64", device, "torch", mode)
        for device, mode in (("cpu", "compile"), ("cuda", "compile"), ("cuda", "eager"))
    ]
    assert {(cell.device, cell.mode) for cell in order.twins(cells)} == {("cpu", "compile"), ("cuda", "eager")}


def test_run_zero_of_every_variant_comes_before_run_one_of_any():
    runs = sorted(order.runs(plan()), key=lambda item: -order.priority(*item))
    rounds = [run % TWIN for _, run in runs]
    assert rounds == sorted(rounds)
    places = {item: place for place, item in enumerate(runs)}
    assert all(places[cell, 0] < places[cell, TWIN] for cell, run in runs if run == TWIN)


def test_the_order_within_a_round_is_shuffled_and_always_the_same():
    runs = [cell for cell, run in sorted(order.runs(plan()), key=lambda item: -order.priority(*item)) if run == 0]
    assert runs != sorted(runs)
    frameworks = [cell.framework for cell in runs]
    changes = sum(a != b for a, b in pairwise(frameworks))
    assert changes > 3  # sorted, they would change once
    assert order.priority(runs[0], 0) == order.priority(runs[0], 0)
