"""What every workload must keep. A new folder is found and tested by itself."""

import ast
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from bench import catalogue, contract, schema
from bench.backends import Unsupported, numpy_backend
from bench.measuring.gate import first_steps
from bench.results import parity
from bench.vocabulary import CASES, COMPARED, EXPERT, MANY_STEPS, PIVOT, SIZES
from tests.checkout import ROOT

FOUND = catalogue.discover()
TIMED = {key: item for key, item in FOUND.items() if item.family != "examples"}
FRAMEWORKS = ("torch", "jax")
TAKES_LONG = (("torch", "compile"), ("torch", "many"), ("jax", "eager"))
"""Framework and mode of what a compiler works at for long."""
BASELINES = {key: item for key, item in TIMED.items() if "numpy" in item.frameworks}

PLAIN = {
    "__future__",
    "collections",
    "dataclasses",
    "functools",
    "gzip",
    "importlib",
    "itertools",
    "math",
    "pathlib",
    "types",
    "typing",
}
"""Parts of the standard library that have neither a clock nor processes."""
OWN = {"problem": {"numpy"}, "torch": {"numpy", "torch"}, "jax": {"numpy", "jax", "optax"}, "numpy": {"numpy"}}
LOOPS = {key: item for key, item in TIMED.items() if item.states.numba_tasks}

together = pytest.mark.xdist_group("references")
"""Tests that need every reference: in one process, each reference is computed once."""

every_workload = pytest.mark.parametrize("key", TIMED)
every_framework = pytest.mark.parametrize("framework", FRAMEWORKS)
every_implementation = pytest.mark.parametrize(
    ("key", "framework"), [(key, framework) for key, item in TIMED.items() for framework in item.frameworks]
)


def variants():
    """Every workload × framework × mode × check task that the gate runs on a CPU. What takes a compiler long is slow,
    and so are public cases: the gate runs them before any measurement all the same.
    """
    for key, item in TIMED.items():
        for framework in FRAMEWORKS:
            for task in item.problem.CHECK_TASKS:
                for mode in item.states.modes_for(task, framework, "cpu"):
                    slow = [pytest.mark.slow] if item.family == CASES or is_slow(key, framework, mode) else []
                    name = "-".join((key, framework, mode, task))
                    yield pytest.param(key, framework, mode, task, id=name, marks=[pytest.mark.xdist_group(key), *slow])


def is_slow(key, framework, mode):
    """Whether a mode is left to the slow tests: PyTorch's compiler, which the template's test runs too, and, of all but
    the lightest workloads of the grid, JAX without jit, which compiles one operation after the other.
    """
    light = TIMED[key].states.quick_modes is None and TIMED[key].family != CASES
    long = (framework, mode.removesuffix(EXPERT)) in TAKES_LONG
    return long and not (light and framework == "jax")


# --- problem.py -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", FOUND)
def test_a_problem_keeps_its_contract(key):
    assert FOUND[key].problem.__doc__


@every_workload
def test_data_and_parameters_are_float64_or_integers_and_the_same_every_time(key):
    problem = TIMED[key].problem.Problem
    first, second = problem("tiny"), problem("tiny")
    for one, other in ((first.inputs(), second.inputs()), (first.parameters(), second.parameters())):
        assert one.keys() == other.keys()
        for name, value in one.items():
            assert value.dtype == np.float64 or value.dtype.kind in "iub", name
            np.testing.assert_array_equal(value, other[name])


@every_workload
def test_work_is_counted_and_grows_with_the_size(key):
    definition = TIMED[key].problem
    problems = [definition.Problem(size) for size in SIZES if size in definition.SIZES]
    for size in getattr(definition, "SWEEPS", {}):
        assert definition.Problem(size).flops(definition.TASKS[0]) > 0
    for task in {*definition.TASKS, *definition.CHECK_TASKS}:
        assert all(problem.items(task) > 0 and problem.flops(task) >= 0 for problem in problems)
        work = [problem.flops(task) for problem in problems]
        assert work == sorted(work)


@pytest.mark.parametrize(("size", "many"), [("tiny", 5), ("small", 10), ("batch-64", 10)])
def test_one_rule_says_how_many_steps_one_compiled_call_takes(size, many):
    problem = SimpleNamespace(size=size)
    wanted = {"eager": 1, "compile": 1, "compile-max": 1, "jit": 1, "many": many, "scan": many}
    assert {mode: contract.steps_per_call(problem, mode) for mode in wanted} == wanted


@every_workload
def test_many_steps_are_taken_by_both_frameworks_or_by_none(key):
    states = TIMED[key].states
    for task in states.tasks:
        found = {(name, mode) for name in COMPARED for mode in states.modes_for(task, name, "cpu")} & {*MANY_STEPS}
        assert found == ({*MANY_STEPS} if task in states.many_tasks else set())


@cache
def reference(key, task):
    return TIMED[key].problem.Problem("tiny").reference(task)


@together
@every_workload
def test_the_reference_is_finite_and_float64(key):
    for task in TIMED[key].problem.CHECK_TASKS:
        for name, value in reference(key, task).items():
            assert value.dtype == np.float64, (task, name)
            assert np.isfinite(value).all(), (task, name)


# --- who imports what -------------------------------------------------------------------------------------------------


def imports(path):
    """Dotted names of all modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            yield from (
                [f"bench.backends.{alias.name}" for alias in node.names]
                if node.module == "bench.backends"
                else [node.module]
            )


@every_workload
def test_a_problem_imports_numpy_alone(key):
    names = set(imports(TIMED[key].folder / "problem.py"))
    shared = (f"bench.workloads.{TIMED[key].family}.", "bench.workloads.datasets")
    ours = {name for name in names if name.startswith(shared)}
    assert {name.split(".")[0] for name in names - ours} <= PLAIN | OWN["problem"]


@pytest.mark.parametrize("key", FOUND)
def test_a_problem_imports_no_framework(key):
    roots = {name.split(".")[0] for name in imports(FOUND[key].folder / "problem.py")}
    assert not roots & {"torch", "jax", "jaxlib", "optax"}


@every_implementation
def test_an_implementation_imports_its_problem_and_its_own_framework_alone(key, framework):
    names = set(imports(TIMED[key].folder / f"{framework}_impl.py"))
    ours = {name for name in names if name.startswith("bench")}
    others = {f"bench.backends.{other}_backend" for other in FRAMEWORKS if other != framework}
    assert {name.split(".")[0] for name in names - ours} <= PLAIN | OWN[framework]
    assert all(name.startswith(("bench.backends.", f"bench.workloads.{TIMED[key].family}.")) for name in ours)
    assert not ours & others


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(catalogue.ROOT.glob("*/*/*.py")) if "examples" not in path.parts],
    ids=lambda path: "/".join(path.parts[-3:]),
)
def test_no_workload_reads_a_clock(path):
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert not names & {"perf_counter", "perf_counter_ns", "monotonic", "process_time", "time_ns", "Timer"}


# --- the same mathematics everywhere ----------------------------------------------------------------------------------


@cache
def observed(key, framework, slow):
    """What the gate's own command observes, in a process of its own; once per workload, framework and kind of mode.

    With slow modes goes the one that all others are held against.
    """
    problem = TIMED[key].problem
    checks = [
        f"{mode}:{task}"
        for task in problem.CHECK_TASKS
        for mode in TIMED[key].states.modes_for(task, framework, "cpu")
        if is_slow(key, framework, mode) == slow or (framework, mode) == PIVOT
    ]
    with TemporaryDirectory() as folder:
        output = Path(folder) / "observations.parquet"
        done = subprocess.run(
            [
                sys.executable,
                str(ROOT / "workflow/scripts/check.py"),
                "--framework",
                framework,
                "--workload",
                key,
                "--output",
                str(output),
                "--checks",
                *checks,
            ],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return schema.read(output, "observations")


@cache
def gate(key, framework, slow):
    other = next(name for name in FRAMEWORKS if name != framework)
    return parity.compare([*observed(key, framework, slow), *observed(key, other, False)], "test")


@pytest.mark.parametrize(("key", "framework", "mode", "task"), list(variants()))
def test_every_variant_passes_the_parity_gate(key, framework, mode, task):
    rows = [
        row
        for row in gate(key, framework, is_slow(key, framework, mode))
        if (row["framework"], row["mode"], row["task"]) == (framework, mode, task)
    ]
    assert rows, "the gate said nothing"
    unsupported = [row for row in rows if row["status"] == "unsupported"]
    assert [row for row in rows if row["status"] != "ok"] == unsupported
    assert all(len(row["message"]) > len("Unsupported: ") for row in unsupported)


def test_a_kernel_of_scientific_computing_has_its_base_line_in_numpy():
    assert [key for key, item in TIMED.items() if item.family == "science" and key not in BASELINES] == []
    for key, item in TIMED.items():
        assert bool(item.states.baseline_tasks) == (key in BASELINES), key


@together
@pytest.mark.parametrize("key", BASELINES)
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_the_base_line_in_numpy_computes_the_reference(key, precision):
    definition = TIMED[key].problem
    build = TIMED[key].implementation("numpy").build
    for task in definition.BASELINE_TASKS:
        problem = definition.Problem("tiny")
        found = first_steps(build(problem, task, "eager", "cpu", precision))
        wanted = reference(key, task)
        assert found.keys() == wanted.keys()
        assert problem.bytes_moved(task) > 0
        tolerance = definition.TOLERANCE if precision == "float64" else definition.PRECISION_TOLERANCE[precision]
        for name, value in wanted.items():
            assert parity.relative_error(found[name], value) <= tolerance, (task, name)


@pytest.mark.parametrize("key", LOOPS)
def test_what_numba_compiles_imports_its_problem_and_numba_alone(key):
    names = set(imports(TIMED[key].folder / "numba_loops.py"))
    ours = {name for name in names if name.startswith("bench")}
    assert {name.split(".")[0] for name in names - ours} <= PLAIN | {"numpy", "numba"}
    assert all(name.startswith(f"bench.workloads.{TIMED[key].family}.") for name in ours)


@pytest.mark.parametrize("key", LOOPS)
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_what_numba_compiles_computes_the_reference(key, precision):
    pytest.importorskip("numba", reason="Numba is optional: make numba")
    definition = TIMED[key].problem
    for task in definition.NUMBA_TASKS:
        step = TIMED[key].implementation("numpy").build(definition.Problem("tiny"), task, "numba", "cpu", precision)
        found, wanted = first_steps(step), reference(key, task)
        with numpy_backend.guard("numba", step):
            step.step()
        assert numpy_backend.versions()["numba"]
        assert found.keys() == wanted.keys()
        tolerance = definition.TOLERANCE if precision == "float64" else definition.PRECISION_TOLERANCE[precision]
        for name, value in wanted.items():
            assert parity.relative_error(found[name], value) <= tolerance, (task, name)


@pytest.mark.parametrize("key", LOOPS)
def test_without_numba_its_mode_is_unsupported(key, monkeypatch):
    monkeypatch.setattr(numpy_backend, "find_spec", lambda name: None)
    definition = TIMED[key].problem
    build = TIMED[key].implementation("numpy").build
    with pytest.raises(Unsupported, match="Numba is not installed"):
        build(definition.Problem("tiny"), definition.NUMBA_TASKS[0], "numba", "cpu", "float64")


PRECISIONS_SCRIPT = """
import json, sys
import numpy as np
from importlib import import_module
from bench import catalogue
from bench.backends import Unsupported
from bench.measuring import gate
framework, precision = sys.argv[1:]
backend = import_module(f"bench.backends.{framework}_backend")
backend.configure("cpu", precision, 1)
report = {}
for key, item in catalogue.discover().items():
    if item.family == "examples" or precision not in item.problem.PRECISIONS:
        continue
    for task in set(item.problem.TASKS) - {"target"}:
        mode = item.states.modes_for(task, framework, "cpu")[0]
        try:
            build = item.implementation(framework).build
            found = gate.first_steps(build(item.problem.Problem("tiny"), task, mode, "cpu", precision))
            report[f"{key} {task}"] = {name: value.tolist() for name, value in found.items()}
        except Unsupported as reason:
            report[f"{key} {task}"] = str(reason)
print(json.dumps(report))
"""


@pytest.mark.slow
@together
@every_framework
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "tf32"])
def test_lower_precisions_stay_within_their_tolerance_of_the_reference(framework, precision):
    done = subprocess.run(
        [sys.executable, "-c", PRECISIONS_SCRIPT, framework, precision],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report
    for name, found in report.items():
        key, task = name.split()
        if precision == "tf32":
            assert found == "TF32 exists on CUDA devices only"
            continue
        if isinstance(found, str):
            assert len(found) > len("Unsupported"), "a reason"
            continue
        wanted = reference(key, task)
        for part in {"loss", "output"} & wanted.keys() or wanted:
            error = parity.relative_error(np.array(found[part]), wanted[part])
            assert error <= TIMED[key].states.tolerance_in(precision, task), (name, part, error)


COURSE_SCRIPT = """
import json, sys
from importlib import import_module
from bench import catalogue
framework, modes = sys.argv[1], sys.argv[2:]
backend = import_module(f"bench.backends.{framework}_backend")
backend.configure("cpu", "float64", 1)
report = {}
for key, item in catalogue.discover().items():
    if item.family == "examples" or "target" not in item.problem.TASKS:
        continue
    for mode in modes:
        build = item.implementation(framework).build
        step = build(item.problem.Problem("tiny"), "target", mode, "cpu", "float64")
        step.begin(0)
        for _, stage in step.stages():
            stage()
        step.step()
        for seed in (1, 2):  # whatever was done before, a seed decides everything
            step.begin(seed)
            step.step()
            step.wait()
        report.setdefault(key, []).append([*step.observe()["loss"].tolist(), step.score()])
print(json.dumps(report))
"""


@pytest.mark.slow
def test_on_the_way_to_a_target_both_frameworks_see_the_same_losses_and_scores():
    found: dict[str, list] = {}
    for framework, modes in (("torch", ["eager"]), ("jax", ["jit"])):
        done = subprocess.run(
            [sys.executable, "-c", COURSE_SCRIPT, framework, *modes],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        )
        assert done.returncode == 0, done.stderr
        for key, courses in json.loads(done.stdout).items():
            found.setdefault(key, []).extend(courses)
    assert {"training/mlp", "training/gpt", "training/dqn", "training/ppo"} <= found.keys()
    for key, courses in found.items():
        for course in courses[1:]:
            np.testing.assert_allclose(course, courses[0], rtol=1e-8, atol=1e-10, err_msg=key)


# --- finding and refusing ---------------------------------------------------------------------------------------------


def module(**changes):
    """A problem module that keeps the contract but for the changes; None removes."""
    made = ModuleType("bench.workloads.training.made.problem", "Documented.")
    made.__file__ = "problem.py"
    methods = {name: lambda self: None for name in contract.METHODS}
    parts = {
        "TITLE": {"en": "a", "zh": "b"},
        "SECTION": 5,
        "SCENARIO": "practice",
        "ITEM": "rows",
        "TASKS": ("train",),
        "SIZES": {"tiny": {}, "small": {}},
        "CHECK_TASKS": ("train",),
        "PRECISIONS": ("float32",),
        "TOLERANCE": 1e-8,
        "PRECISION_TOLERANCE": {"float32": 1e-4},
        "Problem": type("Problem", (), methods),
    }
    made.__dict__.update({name: value for name, value in (parts | changes).items() if value is not None})
    return made


def test_a_problem_with_everything_is_accepted():
    contract.read(module(), contract.Timed)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"TITLE": None}, "TITLE is missing"),
        ({"TITLE": {"en": "a"}}, "TITLE has no 'zh'"),
        ({"SECTION": "5"}, "SECTION is '5', expected a int"),
        ({"SECTION": 11}, "SECTION is 11, allowed are 0 to 10"),
        ({"ITEM": "feet"}, "ITEM is 'feet', allowed are items, images"),
        ({"SCENARIO": "practice, flying"}, "SCENARIO has 'flying', allowed are practice"),
        ({"SIZES": {"tiny": {}}}, "SIZES has no 'small'"),
        ({"SIZES": {"tiny": {}, "small": {}, "huge": {}}}, "SIZES has 'huge'"),
        ({"PRECISIONS": ("float8",)}, "PRECISIONS has 'float8'"),
        ({"PRECISION_TOLERANCE": {}}, "PRECISION_TOLERANCE has no 'float32'"),
        ({"TASKS": ()}, "TASKS is empty"),
        ({"QUICK_TASKS": ("fit",)}, "QUICK_TASKS has 'fit'"),
        ({"Problem": type("Problem", (), {})}, "Problem has no method inputs"),
        ({"__doc__": ""}, "no docstring"),
    ],
)
def test_a_problem_that_breaks_its_contract_is_refused_by_name(changes, message):
    with pytest.raises(contract.InvalidWorkload, match=message.replace("(", r"\(")):
        contract.read(module(**changes), contract.Timed)


COMPLAINT = {
    "slow": "jax jit",
    "fast": "jax jit-expert",
    "source": "https://github.com/jax-ml/jax/issues/1",
    "said": {"en": "slow", "zh": "慢"},
}
FORMS = {"torch": ("eager",), "jax": ("jit", "jit-expert")}


def test_a_case_with_a_complaint_is_accepted():
    case = contract.read(module(MODES=FORMS, COMPLAINTS=(COMPLAINT,)), contract.Case)
    assert case.filed[0].variants == (("jax", "jit"), ("jax", "jit-expert"))
    assert case.filed[0].is_about("train")


@pytest.mark.parametrize(
    ("complaints", "message"),
    [
        (None, "COMPLAINTS is missing"),
        ((), "COMPLAINTS is empty"),
        (({"slow": "jax jit"},), "COMPLAINTS[0] has no fast; COMPLAINTS[0] has no source; COMPLAINTS[0] has no said"),
        ((COMPLAINT | {"fast": "jax scan"},), "COMPLAINTS[0] has fast 'jax scan', allowed are torch eager, jax jit"),
        ((COMPLAINT | {"who": "me"},), "COMPLAINTS[0] has 'who', allowed are slow, fast"),
        ((COMPLAINT | {"tasks": ("fit",)},), "COMPLAINTS[0] has task 'fit', which is not in TASKS"),
        ((COMPLAINT | {"said": {"en": "slow"}},), "COMPLAINTS[0] says nothing in 'zh'"),
    ],
)
def test_a_case_that_breaks_its_contract_is_refused_by_name(complaints, message):
    with pytest.raises(contract.InvalidWorkload, match=re.escape(message)):
        contract.read(module(MODES=FORMS, COMPLAINTS=complaints), contract.Case)


def test_a_name_that_is_no_plain_word_is_refused():
    with pytest.raises(contract.InvalidWorkload, match=r"\.\.os"):
        _ = catalogue.Workload("training", "..os").problem


def test_a_new_folder_is_found(monkeypatch, tmp_path):
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    folder = tmp_path / "training" / "new"
    folder.mkdir(parents=True)
    (folder / "problem.py").write_text("one")
    assert list(catalogue.discover()) == ["training/new"]
