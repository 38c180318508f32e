"""The examples of the graph family, run as the workflow runs them, and what is known of the pinned versions."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from bench import catalogue, events, schema, vocabulary
from bench.claims import evidence, judge
from bench.claims.evidence import Results
from bench.measuring import examples, record
from tests.checkout import CLAIMS, ROOT

ABSOLUTE = re.compile(r"(?<![\w.:/])/(?:home|root|tmp|usr|opt|var|Users|work|mnt|private)/|[A-Z]:\\\\")

KNOWN = {
    "control_flow": {"bg-dynamic": "supported", "core-flexible": "supported"},
    "debugging": {"core-dynamic-debug": "supported", "res-debuggers": "mixed"},
    "derivatives": {
        "alg-grad-matrix": "refuted",
        "alg-ad-by-jit": "refuted",
        "alg-grad-vector": "refuted",
        "alg-grad-argnums": "refuted",
        "alg-create-graph": "supported",
        "faq-recursive": "refuted",
        "math-dx": "mixed",
        "math-dw": "mixed",
        "math-db": "mixed",
    },
    "as_installed": {},
    "data_parallel": {},  # what it decides hangs on times
    "distribution": {"faq-pmap-cpu": "supported"},
    "exporting": {"core-dev-deploy": "opinion", "faq-migrate": "mixed"},
    "graphs": {
        "core-example-graph": "refuted",
        "core-jax-static": "refuted",
        "core-torch-dynamic": "refuted",
        "alg-jit-static": "supported",
    },
    "linear_regression_examples": {
        "prac-jax-linreg": "refuted",
        "prac-torch-linreg": "mixed",
        "prac-torch-extras": "refuted",
    },
    "memory": {},
    "packages": {
        "bg-tf-engine": "refuted",
        "bg-jax-lambda": "refuted",
        "use-quantum": "refuted",
        "use-rnn": "not measured here",
        "faq-lax-pmap": "refuted",
        "prac-python": "refuted",
        "prac-jax-deps": "supported",
        "prac-install": "not measured here",
        "core-like-ndarray": "mixed",
        "use-scipy": "mixed",
    },
    "quantisation": {},  # what it decides hangs on times
    "reported_values": {},
    "transformations": {"alg-table-autodiff": "supported"},
    "tracing": {"faq-when-traced": "refuted", "core-jit-always-fast": "refuted", "bg-declarative": "mixed"},
}
"""What the examples of a workload alone decide, with the pinned versions."""

RAISED = {
    ("control_flow", "torch"): {"whole.branch", "whole.loop", "export.branch", "export.loop"},
    ("control_flow", "jax"): {"compiled.branch", "compiled.loop", "export.branch", "export.loop"},
    ("debugging", "torch"): {"print.whole", "breakpoint.whole"},
    ("debugging", "jax"): set(),
    ("derivatives", "torch"): {
        "matrix.as printed",
        "matrix.only grad_outputs",
        "matrix.only requires_grad",
        "order.2.without create_graph",
        "deep.recursion",
    },
    ("derivatives", "jax"): {"vector.as printed", "deep.recursion"},
    ("as_installed", "torch"): set(),
    ("as_installed", "jax"): set(),
    ("data_parallel", "torch"): set(),
    ("data_parallel", "jax"): set(),
    ("distribution", "torch"): set(),
    ("distribution", "jax"): set(),
    ("exporting", "torch"): set(),
    ("exporting", "jax"): {"layer.linear.as named"},
    ("graphs", "torch"): set(),
    ("graphs", "jax"): {"intermediate.compiled"},
    ("linear_regression_examples", "torch"): {
        "pattern.integer gradient",
        "pattern.gradient of non-scalar",
        "pattern.formatting",
    },
    ("linear_regression_examples", "jax"): {
        "pattern.random module",
        "pattern.integer gradient",
        "pattern.gradient of non-scalar",
        "pattern.formatting",
    },
    ("memory", "torch"): set(),
    ("memory", "jax"): {"old parameters.read"},
    ("packages", "torch"): set(),
    ("packages", "jax"): set(),
    ("quantisation", "torch"): set(),
    ("quantisation", "jax"): set(),
    ("reported_values", "torch"): {"meaning.padding SAME", "norm.checked"},
    ("reported_values", "jax"): {"norm.checked"},
    ("transformations", "torch"): {
        "compiled.Python loop, reverse",
        "compiled.Python loop, forward",
        "compiled.sparse product, reverse",
        "compiled.sparse product, by entries",
        *(
            f"{mode}.{name}"
            for mode in ("eager", "compiled", "with breaks")
            for name in (
                "checkpoint, whole",
                "loop operation, forward",
                "scan, forward",
                "counted loop, forward",
                "scan, whole",
                "vmap of loop operation",
                "sparse product, forward",
            )
        ),
    },
    ("transformations", "jax"): {
        "compiled.Python loop, reverse",
        "compiled.Python loop, forward",
        "eager.loop operation, reverse",
        "compiled.loop operation, reverse",
    },
    ("tracing", "torch"): set(),
    ("tracing", "jax"): set(),
}


def may_crash(event: dict) -> bool:
    """Whether an example is known to end its process, which generated code that reads stray memory need not do."""
    return event["name"].split(".", 1)[1] in ("hvp reverse over forward", "third derivative") and event[
        "text"
    ].startswith(events.ENDED)


def run(workload: str, framework: str, folder: Path) -> pd.DataFrame:
    """The events of one command."""
    output = folder / f"{framework}.parquet"
    command = [
        sys.executable,
        "workflow/scripts/demonstrate.py",
        "--framework",
        framework,
        "--workload",
        f"examples/{workload}",
        "--hardware",
        "here",
        "--output",
        str(output),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return pd.DataFrame(schema.read(output, "events"))


LONG = ("as_installed", "data_parallel", "exporting", "memory", "quantisation", "tracing", "transformations")
"""Examples that take a minute: slow tests, and part of every report."""


def marks(name: str) -> list[pytest.MarkDecorator]:
    """What takes long is slow, and what is timed waits until nobody else holds the machine's lock."""
    timed = examples.find(name).shows.timed
    return [*([pytest.mark.slow] if name in LONG else []), *([pytest.mark.serial] if timed else [])]


@pytest.fixture(scope="module", params=[pytest.param(name, marks=marks(name)) for name in sorted(KNOWN)])
def recorded(request, tmp_path_factory):
    """A workload and its events in both frameworks."""
    folder = tmp_path_factory.mktemp(request.param)
    frames = [run(request.param, framework, folder) for framework in vocabulary.COMPARED]
    return request.param, pd.concat(frames, ignore_index=True)


def test_the_examples_of_both_frameworks_run_and_decide_what_is_known(recorded):
    workload, frame = recorded
    for framework in vocabulary.COMPARED:
        own = frame[frame["framework"] == framework]
        assert len(own) >= 4
        raised = {
            row["name"]
            for row in own.to_dict("records")
            if row["outcome"] == "raised" and not (workload == "transformations" and may_crash(row))
        }
        assert raised == RAISED[workload, framework]
        assert "unfinished" not in set(own["name"])
    for text in frame["text"]:
        assert not ABSOLUTE.search(text), text[:500]
        assert not re.search(r"\b0x[0-9a-f]{6,}", text), text[:500]
    results = Results("here", {"events": frame})
    entries = {entry["id"]: entry for entry in judge.read_claims(CLAIMS)}
    found = {identity: judge.judge(entries[identity], results).verdict for identity in KNOWN[workload]}
    assert found == KNOWN[workload]
    INSPECTIONS.get(workload, lambda frame: None)(frame)


def text_of(frame: pd.DataFrame, framework: str, name: str) -> str:
    (row,) = frame[(frame["framework"] == framework) & (frame["name"] == name)].to_dict("records")
    return row["text"]


def the_graphs_are_whole(frame: pd.DataFrame) -> None:
    """Every edge joins two nodes, and data flow from the inputs to the output."""
    for framework, name, operations in (
        ("torch", "recorded", 5),
        ("torch", "captured", 5),
        ("torch", "exported", 5),
        ("jax", "traced", 7),
    ):
        graph = json.loads(text_of(frame, framework, name))
        kinds = {node["id"]: node["kind"] for node in graph["nodes"]}
        assert sum(kind == "operation" for kind in kinds.values()) == operations
        assert {key for edge in graph["edges"] for key in edge} == set(kinds)
        assert not [edge for edge in graph["edges"] if kinds[edge[0]] == "output" or kinds[edge[1]] == "input"]


def a_compiled_custom_rule_is_dropped_in_silence(frame: pd.DataFrame) -> None:
    """torch 2.13: compiling torch.func.grad over an autograd.Function differentiates its forward instead."""
    errors = frame.set_index(["framework", "name"])["value"]
    assert errors["torch", "compiled.custom rule, whole"] > 1
    assert errors["torch", "compiled.custom rule, forward"] > 1
    assert errors["torch", "eager.custom rule, whole"] < 1e-12
    assert errors["jax", "compiled.custom rule, whole"] < 1e-12


def both_fit_the_same(frame: pd.DataFrame) -> None:
    """From the same 100 starts both frameworks reach the same losses."""
    losses = [json.loads(text_of(frame, framework, "fit.loss"))["values"] for framework in ("torch", "jax")]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


def memory_is_saved_where_it_is_promised(frame: pd.DataFrame) -> None:
    """Donation saves the outputs; gradients set to None are gone between steps, and save what is alive at the peak."""
    peak = frame.set_index(["framework", "name"])["value"]
    parameters = peak["torch", "bytes"]
    measured = frame[frame["name"].str.match("set to|update|donated")]
    details = {(row["framework"], row["name"]): json.loads(row["text"]) for row in measured.to_dict("records")}
    assert max(entry["error"] for entry in details.values()) < 1e-4

    def saved(framework: str, more: str, less: str) -> float:
        """By how much the peak is lower, in units of the parameters."""
        return (peak[framework, more] - peak[framework, less]) / parameters

    assert saved("jax", "donated.nothing", "donated.parameters") > 0.5
    assert saved("jax", "donated.nothing", "donated.parameters and state") > 2
    assert details["jax", "donated.parameters and state"]["plan"]["alias"] > 2.9 * parameters
    assert details["jax", "donated.nothing"]["deleted"] == {"parameters": False, "state": False}
    assert details["jax", "donated.parameters and state"]["deleted"] == {"parameters": True, "state": True}
    between = {name: details["torch", f"set to {name}.few rows"]["between"] for name in ("none", "zero")}
    assert (between["zero"] - between["none"]) / parameters == pytest.approx(1, abs=0.1)
    assert 0 < saved("torch", "set to zero.few rows", "set to none.few rows") < 0.3
    assert saved("torch", "set to zero.many rows", "set to none.many rows") == pytest.approx(1, abs=0.1)
    assert saved("torch", "update.allocating", "set to none.few rows") > 2.5


def int8_is_smaller_and_as_accurate(frame: pd.DataFrame) -> None:
    """A quarter of the bytes, as many images right to within one in a hundred, and every way timed in every round."""
    values = frame.set_index(["framework", "name"])["value"]
    for framework in vocabulary.COMPARED:
        assert values[framework, "product"] == 0
        assert values[framework, "bytes.float32"] / values[framework, "bytes.int8"] == pytest.approx(4, rel=0.02)
        assert values[framework, "accuracy.float32"] > 0.95
        assert abs(values[framework, "accuracy.int8"] - values[framework, "accuracy.float32"]) <= 0.01
    assert values["torch", "bytes.int8"] == values["jax", "bytes.int8"]
    timed = frame[frame["name"].str.startswith("seconds.")]
    assert {len(json.loads(text)["values"]) for text in timed["text"]} == {15}
    assert set(timed["name"].str.split(".").str[2]) == {"float32", "int8", "ready-made"}


def a_name_is_no_migration(frame: pd.DataFrame) -> None:
    """As meant every layer is PyTorch's to the last bits; by name one is, and most others are far off in silence."""
    jax = frame[frame["framework"] == "jax"].set_index("name")["value"]
    layers = {name.split(".")[1] for name in jax.index if name.startswith("layer.")}
    assert len(layers) == 11
    assert max(jax[f"layer.{layer}.as meant"] for layer in layers) < 1e-14
    by_name = {layer: jax[f"layer.{layer}.as named"] for layer in layers - {"linear", "running statistics"}}
    assert [layer for layer, error in by_name.items() if error < 1e-9] == ["batch normalisation, training"]
    assert 1e-9 < by_name["attention, places first"] < 1e-6  # a softmax in float32
    assert by_name["attention, heads first"] > 0.1
    assert jax["initialiser.as meant"] == pytest.approx(1, abs=0.01)
    assert jax["initialiser.as named"] > 2
    torch = frame[(frame["framework"] == "torch") & frame["name"].str.startswith("layer.")]
    assert torch["value"].max() < 1e-14
    assert json.loads(text_of(frame, "jax", "own.layers"))["without"] == "Embedding, MultiheadAttention, Linear"
    assert json.loads(text_of(frame, "jax", "own.optimiser"))["modules"] == "jax.example_libraries.optimizers"
    for framework in vocabulary.COMPARED:
        assert json.loads(text_of(frame, framework, "elsewhere.output"))["bytes"] > 1000


def what_people_report_is_told_by_value_and_message(frame: pd.DataFrame) -> None:
    """One name has two meanings, a norm has no gradient at zero, and JAX takes what is subnormal for zero."""
    told = {(row["framework"], row["name"]): row["text"] for row in frame.to_dict("records")}
    assert (told["torch", "meaning.momentum"], told["jax", "meaning.momentum"]) == ("1", "9")
    for name in ("meaning.padding 1", "meaning.8 to 3 values", "norm.by norm", "subnormal.log", "subnormal.is zero"):
        assert told["torch", name] != told["jax", name]
    assert {told[framework, "norm.root"] for framework in vocabulary.COMPARED} == {"nan, nan"}
    assert {told[framework, "norm.sum"] for framework in vocabulary.COMPARED} == {"0, 0"}
    assert "nan" in told["torch", "norm.checked"]
    assert "nan" in told["jax", "norm.checked"]
    assert told["torch", "subnormal.log.flushed"] == told["jax", "subnormal.log"] == "-inf"


def every_gradient_is_the_same(frame: pd.DataFrame) -> None:
    """Two devices, by every way to use both and in every process the gradient of one device, to the last bits."""
    values = frame.set_index(["framework", "name"])["value"]
    ways = {
        "torch": {"one.gradient", "two.gradient.0", "two.gradient.1"},
        "jax": {"one.gradient", "two.gradient", "two by shard_map.gradient", "two by jit.gradient"},
    }
    for framework, names in ways.items():
        assert set(values[framework].index) == names | {"devices"}
        assert values[framework, "devices"] == 2
        assert max(values[framework, name] for name in names) < 1e-13


INSPECTIONS = {
    "distribution": every_gradient_is_the_same,
    "reported_values": what_people_report_is_told_by_value_and_message,
    "exporting": a_name_is_no_migration,
    "graphs": the_graphs_are_whole,
    "transformations": a_compiled_custom_rule_is_dropped_in_silence,
    "linear_regression_examples": both_fit_the_same,
    "memory": memory_is_saved_where_it_is_promised,
    "quantisation": int8_is_smaller_and_as_accurate,
}


def test_every_workload_of_examples_is_known_here():
    assert sorted(catalogue.examples()) == sorted(KNOWN)


def test_every_claim_that_a_workload_of_examples_names_exists_and_is_judged():
    known = {entry["id"] for entry in judge.read_claims(CLAIMS)}
    for item in catalogue.examples().values():
        assert set(item.shows.claims) <= known & set(evidence.REGISTRY)


def test_an_unknown_workload_is_refused_by_name():
    with pytest.raises(ValueError, match="workload is 'nonsense'"):
        examples.find("nonsense")


def test_an_implementation_that_stops_keeps_the_events_before_it(monkeypatch):
    def stopping():
        yield record.ok("first", 1.0)
        raise RuntimeError("no further")

    class Implementation:
        events = staticmethod(stopping)

    monkeypatch.setattr(catalogue.Workload, "implementation", lambda *_: Implementation)
    found = list(examples.demonstrate("tracing", "torch"))
    assert [event["name"] for event in found] == ["first", "unfinished"]
    assert found[1]["text"] == "RuntimeError: no further"
