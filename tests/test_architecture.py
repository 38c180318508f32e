"""The arrows: who may import whom, and who may read a clock."""

import ast
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "workflow/bench"
MODULES = sorted(BENCH.rglob("*.py"))
MEASURING = ("timing", "worker", "probe", "environment", "hardware", "vocabulary")
CLOCKS = {"perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "process_time", "process_time_ns", "time_ns",
          "time", "clock_gettime", "default_timer"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def bench_imports(path):
    return {name.split(".")[1] for name in imports(path) if name.startswith("bench.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(BENCH)))
def test_no_module_imports_snakemake(path):
    assert not [name for name in imports(path) if name.split(".")[0] == "snakemake"]


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "timing.py"],
                         ids=lambda path: str(path.relative_to(BENCH)))
def test_only_timing_reads_a_clock(path):
    names = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    names |= {name.split(".")[-1] for name in imports(path) if name.startswith("time.")}
    assert not names & CLOCKS


@pytest.mark.parametrize("path", sorted(BENCH.glob("*.py")), ids=lambda path: path.name)
def test_the_core_knows_no_framework(path):
    assert not {name.split(".")[0] for name in imports(path)} & {"torch", "jax", "jaxlib", "optax"}


@pytest.mark.parametrize("name", MEASURING)
def test_what_runs_beside_a_measurement_imports_nothing_heavy(name):
    heavy = {"pandas", "pyarrow", "scipy", "matplotlib", "seaborn", "yaml", "jsonschema"}
    assert not {module.split(".")[0] for module in imports(BENCH / f"{name}.py")} & heavy


@pytest.mark.parametrize(("lower", "higher"), [
    ("vocabulary", "schema"), ("schema", "statistics"), ("statistics", "timing"), ("timing", "worker"),
    ("schema", "collect"), ("statistics", "collect"), ("collect", "judge"), ("collect", "figures"),
    ("statistics", "figures"), ("figures", "article"), ("judge", "article"), ("grid", "planning"),
])
def test_the_lower_module_does_not_import_the_higher(lower, higher):
    assert higher not in bench_imports(BENCH / f"{lower}.py")


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_a_backend_imports_its_own_framework_alone(framework):
    other = {"torch": {"jax", "jaxlib", "optax"}, "jax": {"torch"}}[framework]
    assert not {name.split(".")[0] for name in imports(BENCH / f"backends/{framework}_backend.py")} & other


def test_rules_hold_no_lambdas():
    for path in (BENCH.parent / "rules").glob("*.smk"):
        assert "lambda" not in path.read_text(), path
