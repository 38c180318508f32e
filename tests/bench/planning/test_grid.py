"""The grid: which cells a configuration measures."""

import pytest

from bench import catalogue
from bench.measuring import hardware
from bench.planning import grid, settings
from bench.vocabulary import SIZES
from tests.bench.planning.planted import plan


def test_the_default_grid_takes_every_timed_workload():
    cells = grid.cells(plan())
    assert {f"{cell.family}/{cell.workload}" for cell in cells} == {
        key for key, item in catalogue.discover().items() if item.family not in ("examples", "cases")
    }


@pytest.mark.parametrize(("preset", "there"), [("smoke", False), ("quick", False), ("standard", True), ("full", True)])
def test_public_cases_are_measured_where_there_is_time_or_they_are_asked_for(preset, there):
    assert any(cell.family == "cases" for cell in grid.cells(plan(preset=preset))) == there
    if preset == "standard":
        assert {cell.size for cell in grid.cells(plan(preset=preset)) if cell.family == "cases"} == {"small"}
    asked = grid.cells(plan(preset=preset, workloads="cases"))
    assert {cell.family for cell in asked} == {"machine", "cases"}
    assert {cell.mode for cell in asked if cell.framework == "jax" and cell.family == "cases"} == {"jit", "jit-expert"}


def test_a_cpu_has_neither_tf32_nor_cuda_graphs():
    cells = grid.cells(plan(preset="full"))
    assert not {cell.precision for cell in cells} & {"tf32"}
    assert not {cell.mode for cell in cells} & {"compile-max"}


def test_a_gpu_has_both(monkeypatch):
    monkeypatch.setattr(hardware, "devices", lambda: ("cpu", "cuda"))
    cells = grid.cells(plan(preset="standard", devices="cuda"))
    assert "tf32" in {cell.precision for cell in cells}
    assert "compile-max" in {cell.mode for cell in cells if cell.framework == "torch"}


def test_one_workload_can_be_chosen_and_the_peaks_are_measured_all_the_same():
    cells = grid.cells(plan(workloads=["training/mlp"]))
    assert {cell.workload for cell in cells} == {"mlp", "matmul", "copy"}


@pytest.mark.parametrize("wish", ["training/nothing", "machine", "machine/copy"])
def test_a_workload_that_cannot_be_asked_for_is_named_with_those_that_can(wish):
    with pytest.raises(ValueError, match=rf"'{wish}', allowed are .*training/mlp") as caught:
        grid.chosen_workloads(plan(workloads=[wish]))
    assert "machine" not in str(caught.value).partition("allowed")[2]


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
    assert modes == {"resnet": {"eager", "jit"}, "linear_regression": {"eager", "compile", "many", "jit", "scan"}}


def test_quick_takes_the_modes_that_a_workload_names_and_on_a_gpu_every_compiled_mode(monkeypatch):
    monkeypatch.setattr(hardware, "devices", lambda: ("cpu", "cuda"))
    cells = [cell for cell in grid.cells(settings.load({"hardware": "test"})) if cell.workload == "bert"]
    modes = {
        device: {cell.mode for cell in cells if cell.device == device and cell.framework == "torch"}
        for device in ("cpu", "cuda")
    }
    assert modes == {"cpu": {"compile"}, "cuda": {"compile", "compile-max"}}


@pytest.mark.parametrize("preset", ["quick", "standard", "full"])
def test_on_a_gpu_pytorch_has_captured_graphs_wherever_jax_has_its_own(monkeypatch, preset):
    monkeypatch.setattr(hardware, "devices", lambda: ("cpu", "cuda"))
    cells = grid.cells(plan(preset=preset, devices="cuda"))
    problems = {
        variant: {cell.problem for cell in cells if (cell.framework, cell.mode) == variant}
        for variant in (("jax", "jit"), ("torch", "compile-max"))
    }
    captures = {key for key, item in catalogue.timed().items() if "compile-max" in item.states.modes["torch"]}
    expected = {each for each in problems["jax", "jit"] if f"{each.family}/{each.workload}" in captures}
    assert problems["torch", "compile-max"] == expected


def test_modes_that_are_asked_for_are_measured_whatever_the_preset():
    cells = grid.cells(plan(modes="compile,scan", workloads="training/resnet,training/gcn"))
    modes: dict[tuple[str, str], set[str]] = {
        (cell.workload, cell.task): set() for cell in cells if cell.family != "machine"
    }
    for cell in cells:
        modes.get((cell.workload, cell.task), set()).add(cell.mode)
    assert modes == {
        ("resnet", "train"): {"compile"},  # which is not measured with many steps in a call
        ("gcn", "train"): {"compile", "scan"},
    }


def test_scaling_curves_are_measured_where_they_are_asked_for_in_the_tasks_that_a_workload_names():
    cells = grid.cells(plan(preset="standard", workloads="autodiff/gmm", sizes="sweeps", modes="jit"))
    mine = {(cell.task, cell.size) for cell in cells if cell.family != "machine"}
    definition = catalogue.discover()["autodiff/gmm"].problem
    assert mine == {(task, size) for task in definition.SWEEP_TASKS for size in definition.SWEEPS}


def test_a_cpu_is_spared_what_is_meant_for_gpus_unless_it_is_asked_for():
    def sizes(**config):
        cells = grid.cells(plan(workloads="training/resnet", **config))
        return {cell.size for cell in cells if cell.family != "machine"}

    assert {size for size in sizes(preset="standard") if size in SIZES} == {"small", "medium"}
    assert sizes(preset="standard", sizes="large") == {"large"}
    assert "medium" in sizes(preset="full")


def test_standard_measures_a_cpu_at_medium_where_a_step_is_short_enough_and_full_everywhere():
    def tasks(**config):
        cells = grid.cells(plan(**config))
        return {(f"{cell.family}/{cell.workload}", cell.task) for cell in cells if cell.size == "medium"}

    timed = [(key, item.states) for key, item in catalogue.timed().items() if item.family != "machine"]
    expected = {(key, task) for key, states in timed for task in states.bearable_tasks if "medium" in states.sizes}
    assert tasks(preset="standard") == expected
    assert expected < tasks(preset="full")
    assert not {task for _, task in expected} & {"target"}
    asked = tasks(preset="standard", sizes="medium", workloads="training/unet")
    assert asked == {("training/unet", "train"), ("training/unet", "forward")}


def test_standard_measures_inference_at_one_and_at_many_in_every_mode_that_a_claim_holds_against_another():
    inferring = {key: item for key, item in catalogue.timed().items() if "forward" in item.states.tasks}
    inferring = {key: item for key, item in inferring.items() if item.family == "training"}
    assert len(inferring) >= 5
    cells = grid.cells(plan(preset="standard"))
    for key, item in inferring.items():
        ends = [
            cell
            for cell in cells
            if (f"{cell.family}/{cell.workload}", cell.task) == (key, "forward")
            if cell.size not in SIZES
        ]
        amounts = sorted(int(point.removeprefix("batch-")) for point in item.states.sweeps if point.startswith("batch"))
        assert {cell.size for cell in ends} == {"batch-1", f"batch-{amounts[-1]}"}
        assert amounts[0] == 1
        assert {cell.variant for cell in ends} == {"torch-eager", "torch-compile", "jax-jit", "jax-eager"}
        assert (item.family, item.states.curve_tasks[1]) == ("training", "forward")


@pytest.mark.parametrize(("preset", "installed"), [("standard", True), ("standard", False), ("quick", True)])
def test_what_numba_compiles_is_measured_where_it_is_installed_by_presets_that_take_every_task(
    monkeypatch, preset, installed
):
    monkeypatch.setattr(settings, "find_spec", lambda name: installed or None)
    cells = [cell for cell in grid.cells(plan(preset=preset)) if cell.framework == "numpy"]
    compiled = {(cell.workload, cell.task) for cell in cells if cell.mode == "numba"}
    stated = {(item.name, task) for item in catalogue.timed().values() for task in item.states.numba_tasks}
    assert compiled == (stated if (preset, installed) == ("standard", True) else set())
    assert {cell.mode for cell in cells} >= {"eager"}


def test_standard_takes_eager_jax_in_main_tasks_at_small_alone():
    cells = [cell for cell in grid.cells(plan(preset="standard")) if cell.variant == "jax-eager"]
    named = [cell for cell in cells if cell.size in SIZES and catalogue.known(cell.workload).quick_modes is not None]
    assert {cell.size for cell in named} == {"small"}
    assert len({cell.workload for cell in named}) >= 10
    assert all(cell.task in catalogue.known(cell.workload).main_tasks for cell in named)


def test_scaling_curves_over_elements_end_earlier_on_a_cpu(monkeypatch):
    monkeypatch.setattr(hardware, "devices", lambda: ("cpu", "cuda"))

    def points(device, **config):
        cells = grid.cells(plan(workloads="science/nbody", devices=device, **config))
        return {cell.size for cell in cells if cell.size.startswith("elements") and cell.framework != "numpy"}

    assert points("cuda", preset="full") - points("cpu", preset="full") == {"elements-16777216"}
    assert points("cpu", sizes="sweeps") == points("cuda", preset="full")


def test_the_way_to_a_target_is_measured_in_one_precision():
    cells = [cell for cell in grid.cells(plan(preset="full")) if cell.task == "target"]
    assert {cell.precision for cell in cells} == {"float32"}
