"""The grid: which cells, how many runs, in which order."""

from collections import Counter
from itertools import pairwise

import pytest

from bench import catalogue, schema, sources
from bench.measuring import hardware
from bench.planning import checks, grid, order, settings, snakefile, state
from bench.runs import outdated
from bench.vocabulary import FIRST_MODES, TWIN, Cell


def plan(**config):
    return settings.load({"devices": ["cpu"], "hardware": "test", **config})


def test_the_default_grid_takes_every_timed_workload():
    cells = grid.cells(plan())
    assert {f"{cell.family}/{cell.workload}" for cell in cells} == {
        key for key, item in catalogue.discover().items() if item.family != "examples"
    }


def test_every_cell_is_there_once_and_has_as_many_runs_as_asked_for():
    chosen = plan(runs=4)
    runs = [(cell, run) for cell, run in order.runs(chosen) if run < TWIN and cell.family != "machine"]
    assert set(Counter(runs).values()) == {1}
    assert set(Counter(cell for cell, _ in runs).values()) == {4}


def test_a_cpu_has_neither_tf32_nor_cuda_graphs():
    cells = grid.cells(plan(preset="full"))
    assert not {cell.precision for cell in cells} & {"tf32"}
    assert not {cell.mode for cell in cells} & {"compile-max"}


def test_a_gpu_has_both(monkeypatch):
    monkeypatch.setattr(hardware, "devices", lambda: ("cpu", "cuda"))
    cells = grid.cells(plan(preset="standard", devices="cuda"))
    assert "tf32" in {cell.precision for cell in cells}
    assert "compile-max" in {cell.mode for cell in cells if cell.framework == "torch"}


def test_the_sizes_of_standard_contain_those_of_quick_so_that_runs_are_kept():
    quick, standard = (set(order.runs(plan(preset=name))) for name in ("quick", "standard"))
    assert quick < standard


def test_one_workload_can_be_chosen_and_the_peaks_are_measured_all_the_same():
    cells = grid.cells(plan(workloads=["training/mlp"]))
    assert {cell.workload for cell in cells} == {"mlp", "matmul", "copy"}


def test_a_workload_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(ValueError, match=r"training/nothing.*training/mlp"):
        grid.chosen_workloads(plan(workloads=["training/nothing"]))


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


@pytest.mark.parametrize(
    ("config", "sizes"),
    [
        ({}, {"cpu": {"small"}, "cuda": {"medium"}}),
        ({"preset": "smoke"}, {"cpu": {"tiny"}, "cuda": {"tiny"}}),
        ({"sizes": "tiny,large"}, {"cpu": {"small"}, "cuda": {"medium"}}),
    ],
)
def test_the_peaks_of_a_gpu_are_measured_at_a_size_that_fills_it(monkeypatch, config, sizes):
    monkeypatch.setattr(hardware, "devices", lambda: ("cpu", "cuda"))
    cells = [cell for cell in grid.cells(settings.load({"hardware": "test", **config})) if cell.family == "machine"]
    assert {device: {cell.size for cell in cells if cell.device == device} for device in sizes} == sizes


def test_the_bandwidth_is_measured_whatever_the_precision():
    cells = grid.cells(plan(workloads="autodiff/linear_jacobian"))
    assert {(cell.workload, cell.precision) for cell in cells if cell.family == "machine"} == {
        ("matmul", "float64"),
        ("copy", "float32"),
    }


def test_numpy_is_measured_on_the_cpu_beside_the_frameworks_whatever_their_device(monkeypatch):
    monkeypatch.setattr(hardware, "devices", lambda: ("cpu", "cuda"))
    cells = grid.cells(plan(devices="cuda", precisions="float64,tf32"))
    own = {(cell.workload, cell.task, cell.size) for cell in cells if cell.framework == "jax"}
    lines = [cell for cell in cells if cell.framework == "numpy"]
    assert {(cell.family, cell.device, cell.mode, cell.precision) for cell in lines} == {
        ("science", "cpu", "eager", "float64")
    }
    assert {(cell.workload, cell.task, cell.size) for cell in lines} < own


def test_smoke_takes_the_modes_that_start_fast_but_for_the_lightest_workloads():
    cells = grid.cells(plan(preset="smoke"))
    modes = {name: {cell.mode for cell in cells if cell.workload == name} for name in ("resnet", "linear_regression")}
    assert modes == {"resnet": {"eager", "jit"}, "linear_regression": {"eager", "compile", "jit", "scan"}}


def test_quick_takes_the_modes_that_a_workload_names_and_on_a_gpu_the_compiler_too(monkeypatch):
    monkeypatch.setattr(hardware, "devices", lambda: ("cpu", "cuda"))
    cells = [cell for cell in grid.cells(settings.load({"hardware": "test"})) if cell.workload == "resnet"]
    modes = {
        device: {cell.mode for cell in cells if cell.device == device and cell.framework == "torch"}
        for device in ("cpu", "cuda")
    }
    assert modes == {"cpu": {"eager"}, "cuda": {"eager", "compile"}}


def test_modes_that_are_asked_for_are_measured_whatever_the_preset():
    cells = grid.cells(plan(modes="compile,scan", workloads="training/resnet"))
    assert {cell.mode for cell in cells if cell.workload == "resnet"} == {"compile", "scan"}


def test_standard_repeats_what_quick_compares_more_often_than_what_it_adds():
    kept = set(grid.cells(plan()))
    counts = Counter(
        cell
        for cell, run in order.runs(plan(preset="standard"))
        if run < TWIN and cell.family != "machine" and cell.framework != "numpy"
    )
    assert {counts[cell] for cell in counts if cell in kept} == {5}
    assert {counts[cell] for cell in counts if cell not in kept and cell.size == "small"} == {3}


def test_scaling_curves_are_measured_where_they_are_asked_for_in_the_tasks_that_a_workload_names():
    cells = grid.cells(plan(preset="standard", workloads="autodiff/gmm", sizes="sweeps", modes="jit"))
    mine = {(cell.task, cell.size) for cell in cells if cell.family != "machine"}
    definition = catalogue.discover()["autodiff/gmm"].problem
    assert mine == {(task, size) for task in definition.SWEEP_TASKS for size in definition.SWEEPS}


def test_the_gate_runs_what_the_grid_compares_and_what_runs_are_there_and_what_those_are_compared_with(tmp_path):
    chosen = plan(workloads="training/mlp", modes="compile,scan")
    found = checks.checks(chosen, tmp_path)
    untimed = {("compile", "gradient"), ("compile", "train")}
    assert set(found["training/mlp", "torch"]) == untimed
    assert {mode for mode, _ in found["training/mlp", "jax"]} == {"scan", "jit"}
    path = tmp_path / "training/mlp/forward-small-float32-cuda/torch-compile-max.0.parquet"
    path.parent.mkdir(parents=True)
    path.touch()
    found = checks.checks(chosen, tmp_path)
    assert set(found["training/mlp", "torch"]) == untimed | {("compile", "forward")}
    assert ("jit", "forward") in found["training/mlp", "jax"]


def test_the_gate_runs_the_base_line_in_numpy_too(tmp_path):
    chosen = plan(workloads="science/nbody")
    assert checks.checks(chosen, tmp_path)["science/nbody", "numpy"] == [("eager", "forward")]
    assert "results/parity/science/nbody/numpy.parquet" in snakefile.parity_files(chosen, "results")
    assert not [path for path in snakefile.parity_files(plan(workloads="training/mlp"), "results") if "numpy" in path]


def test_a_configuration_that_leaves_nothing_to_measure_is_one_sentence():
    with pytest.raises(SystemExit, match=r"^Error: config\.yaml: nothing is left to measure"):
        snakefile.settings_of({"devices": "cpu", "hardware": "test", "frameworks": "torch", "modes": "jit"})


def test_runs_that_were_measured_otherwise_than_the_newest_of_their_problem_are_outdated():
    row = ROW | {"started": "1", "versions": '{"jax": "1"}'}
    rows = [
        row,
        row | {"run": 1, "started": "2", "versions": '{"jax": "2"}'},
        row | {"framework": "torch", "versions": '{"torch": "1"}'},
        row | {"workload": "other"},
        row | {"run": 2, "threads": 2, "started": "0"},
        row | {"run": 3, "started": "3", "versions": None},
    ]
    assert {index: reason.split(",")[0] for index, reason in outdated(rows).items()} == {
        0: 'it was measured with {"jax": "1"}',
        4: "it was measured with 2 processors",
    }


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


CELL = Cell("training", "mlp", "train", "small", "float32", "cpu", "jax", "jit")
ROW = {
    **vars(CELL),
    "run": 0,
    "hardware": "test",
    "source_digest": sources.run_digest("training", "mlp", "jax"),
    "threads": 1,
    "status": "failed",
    "environment": '{"exclusive": true}',
}


@pytest.mark.parametrize(
    ("change", "config", "reason"),
    [
        ({}, {}, None),
        ({"run": 3}, {}, "another run"),
        ({"task": "forward"}, {}, "another run"),
        ({"hardware": "other"}, {}, "measured on other"),
        ({"source_digest": "e"}, {}, "changed since"),
        ({"threads": 64}, {}, "64 processors"),
        ({}, {"retry_failed": True}, "ended as failed"),
        ({"environment": '{"exclusive": false}'}, {}, "others ran beside"),
        ({"status": "ok"}, {"retry_failed": True}, None),
        ({"status": "unsupported"}, {"retry_failed": True}, None),
    ],
)
def test_a_run_file_is_used_or_there_is_a_reason(change, config, reason):
    found = state.why_unusable(ROW | change, CELL, 0, plan(cpu_threads=1, **config))
    assert (found is None) if reason is None else reason in str(found)


def test_the_estimate_uses_the_runs_that_are_there(tmp_path):
    chosen = plan(workloads=["training/linear_regression"], runs=2)
    empty = state.state(chosen, tmp_path)
    assert len(empty.missing) == len(order.runs(chosen))

    for cell, run in order.runs(chosen):
        if run == 0 and cell.workload == "linear_regression":
            row = ROW | {
                **vars(cell),
                "source_digest": sources.run_digest("training", "linear_regression", cell.framework),
                "threads": chosen.cpu_threads,
                "wall_seconds": 100.0,
            }
            schema.write(tmp_path / cell.run_file(0), "run", [row])
    later = state.state(chosen, tmp_path)
    assert len(later.missing) < len(empty.missing)
    assert state.estimate_seconds(later, chosen) > 10 * state.estimate_seconds(empty, chosen)
    assert "min." in state.summary(later, chosen)


def test_a_cpu_is_spared_what_is_meant_for_gpus_unless_it_is_asked_for():
    def sizes(**config):
        cells = grid.cells(plan(workloads="training/resnet", **config))
        return {cell.size for cell in cells if cell.family != "machine"}

    assert sizes(preset="standard") == {"small"}
    assert sizes(preset="standard", sizes="large") == {"large"}
    assert "medium" in sizes(preset="full")


def test_scaling_curves_over_elements_end_earlier_on_a_cpu(monkeypatch):
    monkeypatch.setattr(hardware, "devices", lambda: ("cpu", "cuda"))

    def points(device, **config):
        cells = grid.cells(plan(workloads="science/nbody", devices=device, **config))
        return {cell.size for cell in cells if cell.size.startswith("elements") and cell.framework != "numpy"}

    assert points("cuda", preset="full") - points("cpu", preset="full") == {"elements-16777216"}
    assert points("cpu", sizes="sweeps") == points("cuda", preset="full")


def test_scaling_curves_are_measured_when_asked_for_with_the_main_task_and_few_runs():
    runs = [(cell, run) for cell, run in order.runs(plan(preset="full")) if cell.size.startswith("batch-")]
    assert {cell.task for cell, _ in runs if cell.workload == "resnet"} == {"train"}
    assert max(run for _, run in runs) == order.CURVE_RUNS - 1
    asked = grid.cells(plan(workloads="training/resnet", sizes="small,sweeps"))
    assert {"small", "batch-8"} <= {cell.size for cell in asked}


def test_the_way_to_a_target_is_measured_in_one_precision():
    cells = [cell for cell in grid.cells(plan(preset="full")) if cell.task == "target"]
    assert {cell.precision for cell in cells} == {"float32"}
