"""The house: which package may import which, who may read a clock, who may touch the path of modules."""

import ast
from graphlib import TopologicalSorter

import pytest

from tests.checkout import ROOT

WORKFLOW = ROOT / "workflow"
MODULES = {
    ".".join(path.relative_to(WORKFLOW).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(WORKFLOW.rglob("*.py"))
}
LAYERS = {
    # package or module → what of this project it may import; the longest name that fits counts
    "scripts": {"article", "bench"},
    "scripts.compare": {"bench", "scripts.measure"},
    "scripts.resume": {"bench", "scripts.publish"},
    "article": {
        "article.beside",
        "article.citation",
        "article.glossary",
        "article.html",
        "article.names",
        "article.numbers",
        "article.words",
        "article.section",
        "article.prose",
        "article.figures",
        "bench.results",
        "bench.catalogue",
        "bench.sheets",
        "bench.vocabulary",
        "bench.events",
        "bench.texts",
    },
    "article.parts": {
        "article",
        "bench.results",
        "bench.catalogue",
        "bench.sheets",
        "bench.vocabulary",
        "bench.events",
        "bench.texts",
    },
    "article.figures": {
        "article.figures",
        "article.numbers",
        "bench.results.intervals",
        "bench.texts",
        "bench.vocabulary",
    },
    "bench.claims": {
        "bench.claims",
        "bench.results",
        "bench.catalogue",
        "bench.schema",
        "bench.series",
        "bench.vocabulary",
        "bench.events",
        "bench.texts",
    },
    "bench.results": {
        "bench.results",
        "bench.own.folders",
        "bench.sheets",
        "bench.guard",
        "bench.runs",
        "bench.catalogue",
        "bench.contract",
        "bench.sources",
        "bench.schema",
        "bench.series",
        "bench.events",
        "bench.texts",
        "bench.backends",
        "bench.vocabulary",
    },
    "bench.publishing": {
        "bench.publishing",
        "bench.results",
        "bench.runs",
        "bench.schema",
        "bench.texts",
        "bench.vocabulary",
    },
    "bench.planning": {
        "bench.planning",
        "bench.own",
        "bench.guard",
        "bench.runs",
        "bench.catalogue",
        "bench.contract",
        "bench.sources",
        "bench.schema",
        "bench.events",
        "bench.texts",
        "bench.vocabulary",
        "bench.measuring.hardware",
        "bench.measuring.interpreters",
        "bench.measuring.identity",
    },
    "bench.measuring": {
        "bench.measuring",
        "bench.runs",
        "bench.own",
        "bench.guard",
        "bench.catalogue",
        "bench.contract",
        "bench.sources",
        "bench.schema",
        "bench.series",
        "bench.events",
        "bench.texts",
        "bench.backends",
        "bench.vocabulary",
    },
    "bench.measuring.worker": {
        "bench.measuring.environment",
        "bench.measuring.gpu",
        "bench.measuring.resources",
        "bench.measuring.startup",
        "bench.measuring.timing",
        "bench.contract",
        "bench.series",
        "bench.vocabulary",
    },
    "bench.guard": {"bench.guard"},
    "template": {"bench.workloads", "bench.backends"},
    "bench.workloads": {"bench.workloads", "bench.backends"},
    "bench.workloads.cases": {"bench.workloads.cases", "bench.backends", "bench.vocabulary"},
    "bench.workloads.examples": {
        "bench.workloads.examples",
        "bench.backends",
        "bench.events",
        "bench.texts",
        "bench.measuring.environment",
        "bench.measuring.record",
        "bench.measuring.timing",
        "bench.measuring.resources",
        "bench.workloads.autodiff.gmm",
        "bench.workloads.training.mlp",
        "bench.workloads.training.by_hand",
    },
    "bench.backends": {"bench.backends", "bench.contract"},
    "bench.catalogue": {"bench.contract", "bench.own", "bench.vocabulary"},
    "bench.sources": {"bench.own.folders", "bench.vocabulary"},
    "bench.own": {"bench.own", "bench.contract", "bench.vocabulary"},
    "bench.own.answers": {"bench.own.lines", "bench.results.startup", "bench.schema", "bench.vocabulary"},
    "bench.own.worker": {"bench.own", "bench.measuring.worker"},
    "bench.own.outputs": {"bench.catalogue", "bench.measuring.environment", "bench.vocabulary"},
    "bench.runs": {"bench.schema", "bench.vocabulary"},
    "bench.contract": {"bench.vocabulary"},
    "bench.events": {"bench.vocabulary"},
    "bench.schema": {"bench.texts", "bench.vocabulary"},
    "bench.sheets": {"bench.catalogue", "bench.schema", "bench.vocabulary"},
    "bench.texts": set(),
    "bench.series": set(),
    "bench.vocabulary": set(),
}
CLOCKS = {
    "perf_counter",
    "perf_counter_ns",
    "monotonic",
    "monotonic_ns",
    "process_time",
    "process_time_ns",
    "time_ns",
    "time",
    "clock_gettime",
    "default_timer",
}
BESIDE_A_MEASUREMENT = (
    "timing",
    "worker",
    "environment",
    "hardware",
    "resources",
    "startup",
    "caches",
    "load",
    "locks",
    "gpu",
)


def imports(path):
    """Every module, and every name of one, that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(path):
    """The modules of this project that a file imports."""
    for name in imports(path):
        if name.split(".")[0] in ("article", "bench", "scripts"):
            yield name if name in MODULES else name.rpartition(".")[0]


def within(module, place):
    return module == place or module.startswith(f"{place}.")


def layer_of(module):
    return max((place for place in LAYERS if within(module, place)), key=len)


@pytest.mark.parametrize("module", [name for name in MODULES if name not in ("bench", "article")])
def test_every_arrow_points_where_the_table_of_layers_allows(module):
    allowed = LAYERS[layer_of(module)]
    assert [other for other in ours(MODULES[module]) if not any(within(other, place) for place in allowed)] == []


def test_there_is_no_circle():
    graph = {module: set(ours(path)) - {module} for module, path in MODULES.items()}
    assert len(list(TopologicalSorter(graph).static_order())) >= len(MODULES)


def test_no_folder_is_a_heap():
    sizes = {folder: len(list(folder.glob("*.py"))) for folder in WORKFLOW.rglob("*") if folder.is_dir()}
    assert {str(folder) for folder, count in sizes.items() if count > 20 and folder.name != "parts"} == set()


@pytest.mark.parametrize("module", MODULES)
def test_no_module_imports_snakemake(module):
    assert not [name for name in imports(MODULES[module]) if name.split(".")[0] == "snakemake"]


@pytest.mark.parametrize("module", [name for name in MODULES if name != "bench.measuring.timing"])
def test_only_timing_reads_a_clock(module):
    tree = ast.parse(MODULES[module].read_text())
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {name.split(".")[-1] for name in imports(MODULES[module]) if name.startswith("time.")}
    assert not names & CLOCKS


@pytest.mark.parametrize("module", [name for name in MODULES if not within(name, "scripts")])
def test_only_scripts_touch_the_path_of_modules(module):
    tree = ast.parse(MODULES[module].read_text())
    assert not [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "path"
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
    ]


@pytest.mark.parametrize(
    "module",
    [
        name
        for name in MODULES
        if not any(within(name, place) for place in ("bench.workloads", "bench.backends", "template"))
    ],
)
def test_the_core_knows_no_framework(module):
    assert not {name.split(".")[0] for name in imports(MODULES[module])} & {"torch", "jax", "jaxlib", "optax"}


@pytest.mark.parametrize("name", BESIDE_A_MEASUREMENT)
def test_what_runs_beside_a_measurement_imports_nothing_heavy(name):
    heavy = {"pandas", "pyarrow", "scipy", "matplotlib", "seaborn", "yaml", "jsonschema"}
    waiting, seen = [f"bench.measuring.{name}"], set()
    while waiting:
        module = waiting.pop()
        if module in MODULES and module not in seen:
            seen.add(module)
            assert not {other.split(".")[0] for other in imports(MODULES[module])} & heavy, module
            waiting += ours(MODULES[module])


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_a_backend_imports_its_own_framework_alone(framework):
    other = {"torch": {"jax", "jaxlib", "optax"}, "jax": {"torch"}}[framework]
    assert not {name.split(".")[0] for name in imports(MODULES[f"bench.backends.{framework}_backend"])} & other


@pytest.mark.parametrize(
    "rule", ["describe", "measure", "check", "demonstrate", "collect", "judge", "render", "locate"]
)
def test_every_rule_has_a_script_of_its_name(rule):
    rules = "".join(path.read_text() for path in (WORKFLOW / "rules").glob("*.smk"))
    assert f"rule {rule}:" in rules
    assert f"workflow/scripts/{rule}.py" in rules


def test_rules_hold_no_lambdas():
    for path in (WORKFLOW / "rules").glob("*.smk"):
        assert "lambda" not in path.read_text(), path


def test_tests_lie_where_what_they_test_lies():
    places = {"article", "bench", "envs", "rules"}
    for path in (ROOT / "tests").rglob("test_*.py"):
        where = path.relative_to(ROOT / "tests").parts[:-1]
        if where and where[0] in places:
            assert (
                WORKFLOW.joinpath(*where) if where[0] in ("article", "bench", "rules") else ROOT / where[0]
            ).is_dir()
        else:
            assert where[:1] in ((), ("proof",)), path
