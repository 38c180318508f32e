"""The claims of section 2, core concepts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from bench.claims.compiled import compiled_against_eager, within_frameworks
from bench.claims.evidence import MIXED, OPINION, REFUTED, SUPPORTED, Results, Verdict, claim
from bench.claims.rules import by_device, by_framework, by_parts, judged_part
from bench.claims.shared import INFERENCE, error_of, yes
from bench.claims.votes import clear_gain, voted
from bench.events import Event, Missing
from bench.results import ratios
from bench.results.selection import at_named_sizes, points, successful_runs
from bench.vocabulary import COMPARED


@claim("core-flexible")
def dynamic_graphs_allow_control_flow(results: Results) -> Verdict:
    """Supported if a branch and a loop on data, written in Python, run in eager mode in both frameworks with the right
    values, refuted if none does, else mixed. What compiled code makes of them is recorded beside it.
    """
    forms: dict[str, dict[str, str]] = {}
    for framework in COMPARED:
        events = results.events("control_flow", framework)
        forms[framework] = {name: event.verdict for name, event in events.items() if not name.startswith("graph.")}
    eager = [forms[framework].get(f"eager.{what}") == "right" for framework in COMPARED for what in ("branch", "loop")]
    return Verdict(by_parts(eager), {"forms": forms})


@claim("core-static-faster")
def static_graphs_run_faster(results: Results) -> Verdict:
    """Compiled (torch compile and compile-max, jax jit) against eager within each framework, all workloads. A workload,
    with the geometric mean of those of its problems that have an interval, speaks for it if the compiled variant is
    faster, against it if both are equal or the eager one is faster. Decided by the votes of workloads, per device;
    frameworks that disagree make it mixed, and both are needed.
    """
    return compiled_against_eager(results, pd.concat([results.runs(), results.curve_runs()]))


@claim("core-static-inference")
def static_graphs_suit_inference(results: Results) -> Verdict:
    """The rule of compiled against eager, over the forward passes of the training workloads: at the named sizes and,
    where curves over the batch were measured, at their smallest batch (latency) and at their largest (throughput).
    """
    named, curves = results.runs("training", task=INFERENCE), results.curve_runs("training", task=INFERENCE)
    curves = curves[curves["kind"] == "batch"]
    curve = curves.groupby(["workload", "precision", "device"])["amount"]
    least, most = curve.transform("min"), curve.transform("max")
    ends = {
        "smallest": curves[curves["amount"] == least],
        "largest": curves[(curves["amount"] == most) & (most > least)],
    }
    columns = list(named.columns)
    whole = compiled_against_eager(results, pd.concat([named, *(runs[columns] for runs in ends.values())]))
    batches = {name: _counts_of_batch(results, runs) for name, runs in ends.items() if len(runs)}
    return Verdict(whole.verdict, whole.evidence | {"batches": batches})


def _counts_of_batch(results: Results, runs: pd.DataFrame) -> dict[str, Any]:
    """Pairs at one end of the curves over the batch, and those in which the compiled variant is faster."""
    rows = within_frameworks(results, runs)
    return {
        framework: {
            "comparisons": int(sum(rows["framework"] == framework)),
            "compiled_faster": int(sum((rows["framework"] == framework) & (rows["verdict"] == "compiled faster"))),
        }
        for framework in COMPARED
        if len(rows)
    }


@claim("core-many-steps")
def many_steps_are_faster(results: Results) -> Verdict:
    """A step in a call of its own, in the fastest such mode, over one of many in a compiled call, within each
    framework. A workload, with the geometric mean of those of its problems that have an interval, speaks for it if the
    whole interval lies above 1, else against it if it lies below 1.1. Decided by the votes of workloads, per device;
    frameworks that disagree make it mixed, and both are needed.
    """
    found = ratios.many_steps(at_named_sizes(successful_runs(results.own("runs"))))
    if found.empty:
        raise Missing("no comparisons")
    no_curves = points(found)  # of named sizes alone
    return by_framework(
        {
            framework: judged_part(by_device, found[found["framework"] == framework], no_curves, _gain)
            for framework in COMPARED
        }
    )


def _gain(rows: pd.DataFrame, curves: pd.DataFrame) -> Verdict:
    return voted(rows, curves, clear_gain)


@claim("core-jax-static")
def jax_is_static_only(results: Results) -> Verdict:
    """Refuted if JAX without jit shows intermediate numbers and compiles its operations one by one, supported if it
    does neither, else mixed.
    """
    seen = results.event("graphs", "jax", "intermediate.eager")
    programs = results.event("graphs", "jax", "programs")
    if not programs.ran:
        raise Missing("the example failed", message=programs.first_line())
    counts = programs.data()
    verdict = by_parts([not seen.ran, counts["eager"] <= counts["jit"]])
    return Verdict(verdict, {"intermediate": seen.text, "programs": counts})


@claim("core-torch-dynamic")
def torch_is_dynamic_only(results: Results) -> Verdict:
    """Refuted if torch.compile and torch.export both give one graph with the same value as the model, supported if
    neither does, else mixed.
    """
    found = {way: results.event("graphs", "torch", way) for way in ("captured", "exported")}
    evidence = {way: {"error": event.value, "operations": _operations(event)} for way, event in found.items()}
    return Verdict(by_parts([not event.accurate for event in found.values()]), evidence)


def _operations(event: Event) -> int | None:
    if not event.ran:
        return None
    return sum(node["kind"] == "operation" for node in event.data()["nodes"])


@claim("core-example-graph")
def plain_tensors_build_a_graph(results: Results) -> Verdict:
    """Supported if x W + b of tensors that require no gradient carries a graph, refuted if it does not."""
    found = {name: results.event("graphs", "torch", name) for name in ("plain", "differentiated")}
    return Verdict(yes(found["plain"].number() > 0), {name: event.text for name, event in found.items()})


@claim("core-jit-always-fast")
def jitted_is_fast_on_every_call(results: Results) -> Verdict:
    """The first call and the call after a new shape, in units of a later one of that shape. Supported if both are below
    2, refuted if both are above 10, else mixed. Of JAX; PyTorch's compiled function is recorded beside it.
    """
    evidence = {framework: _call_seconds(results, framework) for framework in COMPARED}
    ratios = [evidence["jax"]["first_ratio"], evidence["jax"]["new_shape_ratio"]]
    verdict = SUPPORTED if max(ratios) < 2 else REFUTED if min(ratios) > 10 else MIXED
    return Verdict(verdict, evidence)


def _call_seconds(results: Results, framework: str) -> dict[str, float]:
    names = {
        "first": "first_call",
        "later": "later_call",
        "new_shape": "new_shape",
        "later_new_shape": "later_call_new_shape",
        "eager": "eager",
    }
    seconds = {short: results.event("tracing", framework, f"seconds.{name}").number() for short, name in names.items()}
    return {f"{name}_seconds": value for name, value in seconds.items()} | {
        "first_ratio": seconds["first"] / seconds["later"],
        "new_shape_ratio": seconds["new_shape"] / seconds["later_new_shape"],
    }


def _by_level(shares: Iterable[float]) -> str:
    """Supported if every share is at least 3/4, refuted if every one is below 1/4, else mixed."""
    known = list(shares)
    return SUPPORTED if min(known) >= 0.75 else REFUTED if max(known) < 0.25 else MIXED


@claim("core-like-ndarray")
def tensors_resemble_arrays(results: Results) -> Verdict:
    """The share of the public functions of NumPy, its linalg and its fft found by name in torch or its tensor,
    torch.linalg and torch.fft. Supported from 3/4, refuted below 1/4, else mixed. JAX is recorded beside it.
    """
    found = results.both("packages", "share.numpy")
    return Verdict(_by_level([found["torch"].number()]), {name: _share(event) for name, event in found.items()})


def _share(event: Event) -> dict[str, Any]:
    return {"share": event.number(), **event.data()}


@claim("use-scipy")
def jax_provides_numpy_and_scipy(results: Results) -> Verdict:
    """The shares of NumPy's and of SciPy's public functions, over all documented namespaces, found by name in JAX's
    modules of the same purpose; classes and distributions are not counted. Supported if both are at least 3/4,
    refuted if both are below 1/4, else mixed.
    """
    found = {name: results.event("packages", "jax", f"share.{name}") for name in ("numpy", "scipy")}
    evidence = {name: _share(event) for name, event in found.items()}
    return Verdict(_by_level(entry["share"] for entry in evidence.values()), evidence)


@claim("core-dynamic-debug")
def dynamic_graphs_are_easier_to_debug(results: Results) -> Verdict:
    """Per framework: it holds if print and a breakpoint show numbers in every eager call, and at least one of them does
    not in compiled code. Supported if it holds in both, refuted if in neither, else mixed.
    """
    parts, evidence = [], {}
    for framework in COMPARED:
        shown = {
            f"{what}_{mode}": results.event("debugging", framework, f"{what}.{mode}").value
            for what in ("print", "breakpoint")
            for mode in ("eager", "compiled")
        }
        texts = {mode: results.event("debugging", framework, f"print.{mode}").text for mode in ("eager", "compiled")}
        numbers = {mode: "2." in texts[mode] for mode in texts}
        eager = numbers["eager"] and shown["breakpoint_eager"] == 1
        compiled = numbers["compiled"] and shown["breakpoint_compiled"] == 1
        parts.append(eager and not compiled)
        evidence[framework] = {**shown, "print_shows_numbers": numbers, "printed": texts}
    return Verdict(by_parts(parts), evidence)


@claim("core-dev-deploy")
def develop_in_torch_deploy_in_jax(results: Results) -> Verdict:
    """Advice, which no measurement decides. Beside it stands whether it can be done: the weights carried across in
    one file give outputs equal to the reference in both, and a trained model, exported to a file, gives its outputs in
    a fresh interpreter that does not know its source, in each.
    """
    evidence: dict[str, Any] = {}
    for framework in COMPARED:
        found = {name: results.event("exporting", framework, name) for name in ("migrated.output", "elsewhere.output")}
        evidence[framework] = {name.replace(".", "_"): error_of(event) for name, event in found.items()}
    return Verdict(OPINION, evidence)
