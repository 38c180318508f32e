"""One function per claim that something here can decide: results → verdict and evidence.

    python workflow/bench/claims.py --tables report/data --machine this --output report/data/claims.parquet

A claim without a function is "not measured here" or, by its kind, "opinion". A function's docstring is its rule; it is
kept with the evidence. Evidence is plain JSON.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the package, whose statistics.py would hide the standard module
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import inspect
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import yaml

from bench import collect, judging, schema, statistics, workloads
from bench.judging import (
    FRAMEWORKS,
    MIXED,
    OPINION,
    REFUTED,
    REGISTRY,
    SUPPORTED,
    UNMEASURED,
    Missing,
    Outcome,
    Results,
    Verdict,
    by_parts,
    by_share,
    claim,
    combine,
    gains,
    gains_by_device,
    number,
)
from bench.tables import NAMES, Tables
from bench.vocabulary import size_rank

ARTICLE = Path(__file__).resolve().parents[1] / "article"
EXACT = 1e-9
"""A relative error below this is rounding in float64."""
NUMERICAL_FAMILIES = ("autodiff", "science")
COMPILED = {"torch": ("compile", "compile-max"), "jax": ("jit",)}
CASES = ("one output", "several outputs", "batch")
INFERENCE = ("forward", "inference")
SCENARIOS = {"use-nlp": ("bert", "gpt"), "use-vision": ("resnet", "unet"), "use-rl": ("dqn", "ppo"),
             "use-health": ("dna_cnn", "gcn", "unet")}
"""The workloads that stand for a scenario of the article."""


def yes(holds: bool) -> str:
    """Supported if it holds, else refuted."""
    return SUPPORTED if holds else REFUTED


# --- 1 · background ---------------------------------------------------------------------------------------------------


@claim("bg-dynamic")
def graph_is_recorded_while_running(results: Results) -> Verdict:
    """Supported if autograd's graphs of two calls of one function that take different branches differ."""
    found = {sign: results.event("control_flow", "torch", f"graph.{sign}") for sign in ("positive", "negative")}
    differ = all(event.ran for event in found.values()) and found["positive"].text != found["negative"].text
    return Verdict(yes(differ), {sign: event.first_line() for sign, event in found.items()})


@claim("bg-jax-numerics")
def jax_is_markedly_faster_on_numerics(results: Results) -> Verdict:
    """Best mode against best mode over the families autodiff and science, per device. A comparison speaks for it if
    JAX is faster and its whole interval lies above 1.2 (markedly), against it if the whole interval lies below 1.2.
    Supported from two thirds for it, refuted from two thirds against it, of all, ties counted; else mixed.
    """
    return gains_by_device(results.comparisons(NUMERICAL_FAMILIES), "jax", margin=1.2)


@claim("bg-jax-efficiency")
def jax_is_more_efficient(results: Results) -> Verdict:
    """Best mode against best mode over all workloads, per device. A comparison speaks for it if JAX is faster, against
    it if the whole interval lies below 1.1. Supported from two thirds for it, refuted from two thirds against it, of
    all, ties counted; else mixed. Devices that disagree make it mixed.
    """
    return gains_by_device(results.comparisons(), "jax")


@claim("bg-tf-engine")
def jax_runs_on_tensorflow(results: Results) -> Verdict:
    """Refuted if JAX compiled and ran a program without importing any module of TensorFlow."""
    compiler = results.event("packages", "jax", "engine.compiler")
    engine = results.event("packages", "jax", "engine.tensorflow")
    return Verdict(yes(engine.number() > 0), {"compiler": compiler.text, "tensorflow": engine.text,
                                              "modules_imported": int(engine.number())})


@claim("bg-jax-lambda")
def jax_has_jax_lambda(results: Results) -> Verdict:
    """Refuted if the name is in no source file of jax and jaxlib."""
    return _name_search(results, "name.jax-lambda")


@claim("use-quantum")
def jax_has_qlax(results: Results) -> Verdict:
    """Refuted if the name is in no source file of jax and jaxlib."""
    return _name_search(results, "name.qlax")


def _name_search(results: Results, name: str) -> Verdict:
    event = results.event("packages", "jax", name)
    return Verdict(yes(event.ran), {"files_searched": int(event.number()), "found": event.data() if event.ran else []})


@claim("bg-declarative")
def jax_is_definition_style(results: Results) -> Verdict:
    """Supported if a side effect happens less often than the function is called both with and without jit, refuted if
    it happens in every call in both, mixed if only jit makes it rarer.
    """
    calls = 3
    counts = {mode: results.event("tracing", "jax", f"effects.{mode}").number() for mode in ("eager", "compiled")}
    torch = {mode: results.event("tracing", "torch", f"effects.{mode}").number() for mode in ("eager", "compiled")}
    verdict = by_parts([count < calls for count in counts.values()])
    return Verdict(verdict, {"calls": calls, "jax": counts, "torch": torch})


@claim("bg-distributed")
def jax_distributes_especially_well(results: Results) -> Verdict:
    """Needs separate devices. Two devices made of one machine's processors do not tell how training scales; their
    efficiency is recorded, not judged.
    """
    efficiency = {framework: results.event("distribution", framework, "efficiency").value for framework in FRAMEWORKS}
    raise Missing("separate devices are needed", efficiency_on_one_machine=efficiency)


# --- 2 · core concepts ------------------------------------------------------------------------------------------------


@claim("core-flexible")
def dynamic_graphs_allow_control_flow(results: Results) -> Verdict:
    """Supported if a branch and a loop on data, written in Python, run in eager mode in both frameworks with the right
    values, refuted if none does, else mixed. What compiled code makes of them is recorded beside it.
    """
    forms: dict[str, dict[str, str]] = {}
    for framework in FRAMEWORKS:
        events = results.events("control_flow", framework)
        forms[framework] = {name: _outcome_word(event) for name, event in events.items()
                            if not name.startswith("graph.")}
    eager = [forms[framework].get(f"eager.{what}") == "right"
             for framework in FRAMEWORKS for what in ("branch", "loop")]
    return Verdict(by_parts(eager), {"forms": forms})


def _outcome_word(event: Outcome, tolerance: float = 1e-6) -> str:
    if not event.ran:
        return event.outcome
    return "right" if event.value is None or event.value <= tolerance else "wrong"


@claim("core-static-faster")
def static_graphs_run_faster(results: Results) -> Verdict:
    """Compiled (torch compile and compile-max, jax jit) against eager within each framework, all workloads. A pair
    speaks for it if the compiled variant is faster, against it if the whole interval of eager/compiled lies below 1.1.
    Supported from two thirds for it, refuted from two thirds against it, ties counted; else mixed. Frameworks that
    disagree: mixed.
    """
    return _compiled_against_eager(results, results.runs())


@claim("core-static-inference")
def static_graphs_suit_inference(results: Results) -> Verdict:
    """The rule of compiled against eager, over the forward passes of the training workloads: at the usual sizes and,
    where curves over the batch were measured, at their smallest batch (latency) and at their largest (throughput).
    """
    usual, curves = results.runs("training", task=INFERENCE), results.curve_runs("training", task=INFERENCE)
    curves = curves[curves["kind"] == "batch"]
    curve = curves.groupby(["workload", "precision", "device"])["amount"]
    least, most = curve.transform("min"), curve.transform("max")
    ends = {"smallest": curves[curves["amount"] == least],
            "largest": curves[(curves["amount"] == most) & (most > least)]}
    columns = list(usual.columns)
    whole = _compiled_against_eager(results, pd.concat([usual, *(runs[columns] for runs in ends.values())]))
    batches = {name: _counts_of_batch(results, runs) for name, runs in ends.items() if len(runs)}
    return Verdict(whole.verdict, whole.evidence | {"batches": batches})


def _counts_of_batch(results: Results, runs: pd.DataFrame) -> dict[str, Any]:
    """Pairs at one end of the curves over the batch, and those in which the compiled variant is faster."""
    rows = judging.within_frameworks(results, runs)
    return {framework: {"comparisons": int(sum(rows["framework"] == framework)), "compiled_faster": int(
        sum((rows["framework"] == framework) & (rows["verdict"] == "jax faster")))} for framework in FRAMEWORKS
        if len(rows)}


def _compiled_against_eager(results: Results, runs: pd.DataFrame) -> Verdict:
    rows = judging.within_frameworks(results, runs)
    if rows.empty:
        raise Missing("no comparisons")
    verdicts, evidence = [], {}
    for framework, group in rows.groupby("framework"):
        try:
            verdict, counts = gains(group, "jax")
        except Missing as missing:
            verdict, counts = UNMEASURED, missing.evidence
        # the rules speak of torch and jax; here the second variant is the compiled one
        counts |= {"compiled_faster": counts.pop("jax_faster", 0), "eager_faster": counts.pop("torch_faster", 0)}
        verdicts.append(verdict)
        evidence[str(framework)] = counts | {"verdict": verdict}
    if set(verdicts) == {UNMEASURED}:
        raise Missing(next(iter(evidence.values()))["reason"], frameworks=evidence)
    return Verdict(combine(verdicts), {"frameworks": evidence})


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
    return Verdict(by_parts([not event.within(1e-6) for event in found.values()]), evidence)


def _operations(event: Outcome) -> int | None:
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
    """The first call and the call after a new shape, in units of a later call. Supported if both are below 2, refuted
    if both are above 10, else mixed. Of JAX; PyTorch's compiled function is recorded beside it.
    """
    evidence = {framework: _call_seconds(results, framework) for framework in FRAMEWORKS}
    ratios = [evidence["jax"]["first_ratio"], evidence["jax"]["new_shape_ratio"]]
    verdict = SUPPORTED if max(ratios) < 2 else REFUTED if min(ratios) > 10 else MIXED
    return Verdict(verdict, evidence)


def _call_seconds(results: Results, framework: str) -> dict[str, float]:
    names = {"first": "first_call", "later": "later_call", "new_shape": "new_shape",
             "later_new_shape": "later_call_new_shape", "eager": "eager"}
    seconds = {short: results.event("tracing", framework, f"seconds.{name}").number() for short, name in names.items()}
    return {f"{name}_seconds": value for name, value in seconds.items()} | {
        "first_ratio": seconds["first"] / seconds["later"],
        "new_shape_ratio": seconds["new_shape"] / seconds["later_new_shape"]}


def _by_level(shares: Iterable[float]) -> str:
    """Supported if every share is at least 3/4, refuted if every one is below 1/4, else mixed."""
    known = list(shares)
    return SUPPORTED if min(known) >= 0.75 else REFUTED if max(known) < 0.25 else MIXED


@claim("core-like-ndarray")
def tensors_resemble_arrays(results: Results) -> Verdict:
    """The share of NumPy's public functions found by name in torch or its tensor. Supported from 3/4, refuted below
    1/4, else mixed. jax.numpy is recorded beside it.
    """
    found = results.both("packages", "share.numpy")
    return Verdict(_by_level([found["torch"].number()]), {name: _share(event) for name, event in found.items()})


def _share(event: Outcome) -> dict[str, Any]:
    return {"share": event.number(), **event.data()}


@claim("use-scipy")
def jax_provides_numpy_and_scipy(results: Results) -> Verdict:
    """The shares of NumPy's and of SciPy's public functions found by name in JAX. Supported if both are at least 3/4,
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
    for framework in FRAMEWORKS:
        shown = {f"{what}_{mode}": results.event("debugging", framework, f"{what}.{mode}").value
                 for what in ("print", "breakpoint") for mode in ("eager", "compiled")}
        texts = {mode: results.event("debugging", framework, f"print.{mode}").text for mode in ("eager", "compiled")}
        numbers = {mode: "2." in texts[mode] for mode in texts}
        eager = numbers["eager"] and shown["breakpoint_eager"] == 1
        compiled = numbers["compiled"] and shown["breakpoint_compiled"] == 1
        parts.append(eager and not compiled)
        evidence[framework] = {**shown, "print_shows_numbers": numbers, "printed": texts}
    return Verdict(by_parts(parts), evidence)


@claim("core-dev-deploy")
def develop_in_torch_deploy_in_jax(results: Results) -> Verdict:
    """Four things must hold: the weights carried across in one file give outputs equal to the reference in both, and an
    exported model read again gives the trained outputs in each. Supported if all hold, refuted if none, else mixed.
    """
    evidence: dict[str, Any] = {}
    for framework in FRAMEWORKS:
        found = {name: results.event("exporting", framework, name) for name in ("migrated.output", "reloaded.output")}
        evidence[framework] = {name.replace(".", "_"): _within(event) for name, event in found.items()}
    holds = [part["holds"] for parts in evidence.values() for part in parts.values()]
    return Verdict(by_parts(holds), evidence)


def _within(event: Outcome, tolerance: float = EXACT) -> dict[str, Any]:
    return {"holds": event.within(tolerance), "error": event.value, "message": "" if event.ran else event.first_line()}


# --- 3 · core algorithms ----------------------------------------------------------------------------------------------


def _pattern(event: Outcome) -> dict[str, Any]:
    return {"outcome": event.outcome, "says": event.first_line()}


@claim("alg-grad-matrix")
def grad_of_a_matrix(results: Results) -> Verdict:
    """Supported if the pattern as printed runs, refuted if it raises."""
    names = ("as printed", "only grad_outputs", "only requires_grad", "both")
    found = {name: results.event("derivatives", "torch", f"matrix.{name}") for name in names}
    evidence = {name.replace(" ", "_"): _pattern(event) for name, event in found.items()}
    return Verdict(yes(found["as printed"].ran), evidence)


@claim("alg-create-graph")
def create_graph_keeps_the_graph(results: Results) -> Verdict:
    """Supported if derivatives of order 1 to 6 agree with the closed form to 1e-9 with create_graph and the second one
    raises without it, refuted if none of the higher orders agrees, else mixed.
    """
    orders = {framework: [_order(results, framework, order) for order in range(1, 7)] for framework in FRAMEWORKS}
    without = results.event("derivatives", "torch", "order.2.without create_graph")
    right = [entry["error"] is not None and entry["error"] <= EXACT for entry in orders["torch"]]
    return Verdict(by_parts([*right, not without.ran]), {"orders": orders, "without_create_graph": _pattern(without)})


def _order(results: Results, framework: str, order: int) -> dict[str, float | None]:
    found = {name: results.event("derivatives", framework, f"order.{order}.{name}").value
             for name in ("error", "seconds", "bytes", "operations")}
    return {"order": float(order), **found}


@claim("alg-jit-static")
def jit_makes_a_static_graph(results: Results) -> Verdict:
    """Supported if jaxpr and compiled module were made from shapes alone and the module then gives the right value."""
    traced, module, compiled = (results.event("graphs", "jax", name) for name in ("traced", "text.module", "compiled"))
    holds = traced.ran and module.ran and compiled.within(1e-6)
    return Verdict(yes(holds), {"equations": traced.value, "error": compiled.value,
                                "module_characters": len(module.text)})


@claim("alg-ad-by-jit")
def differentiation_is_a_feature_of_jit(results: Results) -> Verdict:
    """Refuted if a gradient taken with jit switched off is right."""
    event = results.event("derivatives", "jax", "without jit")
    return Verdict(yes(not event.within(EXACT)), {"error": event.value, **_pattern(event)})


@claim("alg-grad-vector")
def grad_of_a_vector(results: Results) -> Verdict:
    """Supported if jax.grad of the vector-valued model runs, refuted if it raises."""
    names = ("as printed", "jacrev", "jacfwd", "vjp")
    found = {name: results.event("derivatives", "jax", f"vector.{name}") for name in names}
    evidence = {name.replace(" ", "_"): _pattern(event) for name, event in found.items()}
    return Verdict(yes(found["as printed"].ran), evidence)


@claim("alg-grad-argnums")
def grad_gives_all_gradients(results: Results) -> Verdict:
    """Supported if grad of a function of x, W and b gives three gradients by default, refuted if it gives one."""
    found = {name: results.event("derivatives", "jax", f"arguments.{name}") for name in ("default", "argnums")}
    counts = {name: event.text.count("(") for name, event in found.items()}
    return Verdict(yes(counts["default"] == 3), {name: {"gradients": counts[name], "shapes": event.text}
                                                 for name, event in found.items()})


@claim("alg-table-autodiff")
def both_differentiate(results: Results) -> Verdict:
    """Per framework: it holds if at least nine in ten transformations are right, in eager or in compiled code.
    Supported if it holds in both, refuted if in neither, else mixed. Everything that raises, or runs and is wrong, is
    listed.
    """
    parts, evidence = [], {}
    for framework in FRAMEWORKS:
        table = _transformations(results, framework)
        right = [name for name, modes in table.items() if "right" in modes.values()]
        parts.append(len(right) >= 0.9 * len(table))
        listed = {word: [f"{name} ({mode})" for name, modes in table.items() for mode, found in modes.items()
                         if found == word] for word in ("raised", "wrong")}
        evidence[framework] = {"right": len(right), "of": len(table), **listed, "table": table}
    return Verdict(by_parts(parts), evidence)


def _transformations(results: Results, framework: str) -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = {}
    for name, event in results.events("derivatives", framework).items():
        mode, _, transformation = name.partition(".")
        if mode in ("eager", "compiled"):
            table.setdefault(transformation, {})[mode] = _outcome_word(event, EXACT)
    if not table:
        raise Missing("the example was not reached", example=f"derivatives {framework} eager.gradient")
    return table


@claim("alg-table-compile")
def compile_efficiency(results: Results) -> Verdict:
    """Seconds from the start of tracing to the end of the first step with empty caches, torch compile against jax jit.
    A problem speaks for it if torch takes more than 1.1 times as long, against it otherwise. Supported from two thirds
    for it, refuted from two thirds against it, else mixed. Cached times and the steps after which compiling has paid
    for itself are recorded beside it.
    """
    rows = _compile_rows(results.runs())
    if not rows:
        raise Missing("no comparisons")
    ratios = [row["torch"]["cold"] / row["jax"]["cold"] for row in rows]
    won = sum(ratio > judging.EQUAL for ratio in ratios)
    mean, low, high = statistics.geometric_mean(ratios)
    evidence = {"problems": len(rows), "for": won, "against": len(rows) - won, "ratio": mean, "ratio_low": low,
                "ratio_high": high, "rows": rows}
    return Verdict(by_share(won, len(rows) - won, 0), evidence)


def _compile_rows(runs: pd.DataFrame) -> list[dict[str, Any]]:
    """Per problem: seconds to the first result, cold and cached, and steps to break even, of both frameworks."""
    rows = []
    for key, group in runs.groupby(judging.PROBLEM, sort=False):
        found = {framework: _compile_times(group[group["framework"] == framework], framework)
                 for framework in FRAMEWORKS}
        if all(times and times["cold"] for times in found.values()):
            rows.append({"problem": " ".join(str(part) for part in key[1:]), **found})
    return rows


def _compile_times(runs: pd.DataFrame, framework: str) -> dict[str, float | None] | None:
    compiled = runs[runs["mode"] == COMPILED[framework][0]]
    eager = runs[runs["mode"] == "eager"]
    if compiled.empty:
        return None
    start = compiled[["trace_seconds", "compile_seconds", "first_step_seconds"]].fillna(0).sum(axis=1)
    cold, cached = (number(start[compiled["cache"] == cache].median()) for cache in ("cold", "cached"))
    return {"cold": cold, "cached": cached, "break_even_steps": _break_even(compiled, eager, cold)}


def _break_even(compiled: pd.DataFrame, eager: pd.DataFrame, cold: float | None) -> float | None:
    """Steps after which compiling has paid for itself; None where it never does or nothing is known."""
    if eager.empty or cold is None:
        return None
    gained = float(eager["step_seconds"].median()) - float(compiled["step_seconds"].median())
    spent = cold - float(eager["first_step_seconds"].fillna(0).median())
    return max(1.0, 1 + spent / gained) if gained > 0 else None


@claim("alg-table-ease")
def ease_of_use(results: Results) -> Verdict:
    """A proxy: tokens of the two implementations of each timed workload, without imports, comments and docstrings. A
    workload speaks for it if JAX's has at least 5 % more, against it if it has no more. Supported from two thirds for
    it, refuted from two thirds against it, else mixed. What the implementations share with others is not counted.
    """
    verdict, evidence = judging.smaller_code(_sizes())
    return Verdict(verdict, evidence)


def _sizes(only: str | None = None) -> dict[str, dict[str, dict[str, int]]]:
    folders = {name: item.folder for name, item in workloads.discover().items()
               if item.family not in ("graph", judging.MACHINE) and only in (None, name)}
    return judging.code_sizes(folders)


# --- 4 · mathematical model -------------------------------------------------------------------------------------------


@claim("math-dx")
def dx_is_w(results: Results) -> Verdict:
    """Supported if the Jacobian is W as it stands with one output, several outputs and a batch; refuted if in none of
    these; else mixed. Axes of length 1 are left out on both sides.
    """
    return _shorthand(results, "x")


@claim("math-dw")
def dw_is_x(results: Results) -> Verdict:
    """Supported if the Jacobian is x as it stands with one output, several outputs and a batch; refuted if in none of
    these; else mixed. Axes of length 1 are left out on both sides.
    """
    return _shorthand(results, "W")


@claim("math-db")
def db_is_one(results: Results) -> Verdict:
    """Supported if every entry of the Jacobian is 1 with one output, several outputs and a batch; refuted if in none
    of these; else mixed.
    """
    return _shorthand(results, "b")


def _shorthand(results: Results, name: str) -> Verdict:
    cases: dict[str, Any] = {}
    for case in CASES:
        found = results.both("derivatives", f"shorthand.{name}.{case}")
        details = {framework: event.data() for framework, event in found.items()}
        cases[case.replace(" ", "_")] = {
            "holds": all(event.number() == 1 for event in found.values()), "jacobian": details["torch"]["jacobian"],
            "said": details["torch"]["said"],
            "closed_form_error": max(entry["closed_form_error"] for entry in details.values())}
    gate = _errors(results, "linear_jacobian", f"jacobian.{name}")
    return Verdict(by_parts([entry["holds"] for entry in cases.values()]), {"cases": cases, "benchmark": gate})


def _errors(results: Results, workload: str, name: str) -> dict[str, Any]:
    """Largest relative error of the parity gate for one observed array, and how often it passed."""
    rows = results.own("parity")
    rows = rows[(rows["workload"] == workload) & (rows["name"] == name)]
    return _gate(rows)


def _gate(rows: pd.DataFrame) -> dict[str, Any]:
    return {"checks": len(rows), "passed": int((rows["status"] == "ok").sum()),
            "largest_error": number(rows["error"].max())}


@claim("math-same")
def both_compute_the_same_derivatives(results: Results) -> Verdict:
    """Supported if every derivative of the parity gate (float64) agrees with its reference and with the other framework
    within its tolerance, refuted if none does, else mixed. The largest difference between the timed runs of the two is
    recorded by precision.
    """
    rows = results.own("parity")
    derivatives = rows["family"].isin(NUMERICAL_FAMILIES) | rows["name"].fillna("").str.startswith("gradient.")
    rows = rows[derivatives]
    if rows.empty:
        raise Missing("the parity gate was not run")
    pairs = results.comparisons(NUMERICAL_FAMILIES)
    by_precision = {str(precision): number(group["parity_error"].max())
                    for precision, group in pairs.groupby("precision")}
    evidence = {**_gate(rows), "timed_runs_by_precision": by_precision,
                "failed": sorted({f"{row['workload']} {row['framework']} {row['mode']} {row['name']}"
                                  for row in rows[rows["status"] != "ok"].to_dict("records")})[:20]}
    return Verdict(by_parts([status == "ok" for status in rows["status"]]), evidence)


# --- 5 · practice -----------------------------------------------------------------------------------------------------


@claim("prac-python")
def python_3_6_is_enough(results: Results) -> Verdict:
    """Supported if both packages accept Python 3.6, refuted if neither does, else mixed."""
    found = {name: event.text for name, event in results.both("packages", "requires.python").items()}
    least = {name: _least_python(text) for name, text in found.items()}
    return Verdict(by_parts([version <= (3, 6) for version in least.values()]), {"requires": found})


def _least_python(specification: str) -> tuple[int, ...]:
    match = re.search(r">=\s*(\d+)\.(\d+)", specification)
    if not match:
        raise Missing("no lower limit is declared", requires=specification)
    return tuple(int(part) for part in match.groups())


@claim("prac-torch-extras")
def torch_needs_its_extras(results: Results) -> Verdict:
    """Refuted if the examples ran and imported neither torchvision nor torchaudio."""
    ran = results.event("linear_regression_examples", "torch", "fit.loss")
    found = {name: results.event("linear_regression_examples", "torch", f"extras.{name}")
             for name in ("torchvision", "torchaudio")}
    needed = [event.ran and bool(event.value) for event in found.values()]
    return Verdict(yes(any(needed)), {"examples_ran": ran.ran, **{name: event.text for name, event in found.items()}})


@claim("prac-jax-deps")
def jax_is_installed_with(results: Results) -> Verdict:
    """Supported if jaxlib, NumPy and SciPy are all declared requirements, refuted if none is, else mixed."""
    declared = results.event("packages", "jax", "requires.packages").data()
    return Verdict(by_parts([name in declared for name in ("jaxlib", "numpy", "scipy")]), {"requires": declared})


@claim("prac-install")
def one_command_sets_up(results: Results) -> Verdict:
    """Supported if, for each framework, the declared requirements of its one package account for all that it needs and
    it was imported; refuted if for neither; else mixed. Packages, bytes and seconds of import are the evidence.
    """
    imports = results.runs().groupby("framework")["import_seconds"].median()
    evidence, parts = {}, []
    for framework in FRAMEWORKS:
        packages, size = (results.event("packages", framework, f"closure.{what}") for what in ("packages", "bytes"))
        missing = sorted(set(results.event("packages", framework, "requires.packages").data()) - set(packages.data()))
        parts.append(not missing)
        evidence[framework] = {"packages": int(packages.number()), "bytes": int(size.number()),
                               "import_seconds": number(imports.get(framework)), "missing": missing}
    return Verdict(by_parts(parts), evidence)


@claim("prac-torch-linreg")
def hundred_epochs_fit(results: Results) -> Verdict:
    """A start is fitted if its loss after 100 epochs is below 1 % of the variance of the targets. Supported if at least
    95 % of the 100 starts are, refuted if at most 5 %, else mixed. The same starts in JAX are recorded beside it.
    """
    limit = 0.01 * 2 / 3  # the targets 1, 2 and 3 have the variance 2/3
    evidence: dict[str, Any] = {"limit": limit, "least_squares": results.event(
        "linear_regression_examples", "torch", "fit.least squares").number()}
    shares = {}
    for framework in FRAMEWORKS:
        losses, predictions = (_values(results, framework, name) for name in ("loss", "prediction"))
        shares[framework] = sum(loss < limit for loss in losses) / len(losses)
        evidence[framework] = {
            "starts": len(losses), "fitted": sum(loss < limit for loss in losses),
            "median_loss": statistics.median(losses), "median_prediction": statistics.median(predictions),
            "smallest_prediction": min(predictions), "largest_prediction": max(predictions)}
    share = shares["torch"]
    return Verdict(SUPPORTED if share >= 0.95 else REFUTED if share <= 0.05 else MIXED, evidence)


def _values(results: Results, framework: str, name: str) -> list[float]:
    return results.event("linear_regression_examples", framework, f"fit.{name}").data()["values"]


@claim("prac-jax-linreg")
def jax_version_runs_as_printed(results: Results) -> Verdict:
    """A pattern works if it runs and, for the parameters that a compiled function closes over, reports the loss of the
    new ones. Supported if all five work in JAX, refuted if none does, else mixed. PyTorch is recorded beside it.
    """
    evidence = {framework: _patterns(results, framework) for framework in FRAMEWORKS}
    if not evidence["jax"]:
        raise Missing("the example was not reached")
    return Verdict(by_parts([entry["works"] for entry in evidence["jax"].values()]), evidence)


def _patterns(results: Results, framework: str) -> dict[str, dict[str, Any]]:
    found = {name.removeprefix("pattern."): event
             for name, event in results.events("linear_regression_examples", framework).items()
             if name.startswith("pattern.")}
    return {name.replace(" ", "_").replace("-", "_"): {"works": event.ran and abs(event.value or 0.0) < 1e-6,
                                                       "outcome": event.outcome, "says": event.first_line()}
            for name, event in found.items()}


@claim("prac-same-curve")
def the_two_versions_are_equivalent(results: Results) -> Verdict:
    """Supported if every loss of the linear regression agrees with the reference and across frameworks within the
    workload's tolerance in float64, refuted if none does, else mixed. The difference in timed runs is recorded too.
    """
    rows = results.own("parity")
    rows = rows[(rows["workload"] == "linear_regression") & (rows["name"] == "loss")]
    if rows.empty:
        raise Missing("the parity gate was not run")
    pairs = results.comparisons(workload="linear_regression")
    by_precision = {str(precision): number(group["parity_error"].max())
                    for precision, group in pairs.groupby("precision")}
    evidence = {**_gate(rows), "timed_runs_by_precision": by_precision}
    return Verdict(by_parts([status == "ok" for status in rows["status"]]), evidence)


@claim("prac-intuitive")
def torch_intuitive_jax_efficient(results: Results) -> Verdict:
    """Two parts, for the linear regression alone: PyTorch's implementation has fewer tokens (a proxy; the rule of ease
    of use), and JAX is faster (the rule of efficiency). Supported if both hold, refuted if both are refuted; else
    mixed.
    """
    shorter, sizes = judging.smaller_code(_sizes("training/linear_regression"))
    faster = gains_by_device(results.comparisons(workload="linear_regression"), "jax")
    return Verdict(combine([shorter, faster.verdict]), {"shorter": shorter, "faster": faster.verdict,
                                                        "code": sizes, "time": faster.evidence})


# --- 6 · application scenarios ----------------------------------------------------------------------------------------


@claim("use-nlp")
def torch_is_strong_for_language(results: Results) -> Verdict:
    """Strong means not slower. Best mode against best mode over the training steps and forward passes of gpt and bert,
    per device. A comparison speaks for it if the whole interval of JAX's gain lies below 1.1 (PyTorch is faster, or it
    is a tie), against it if JAX is faster. Supported from two thirds for it, refuted from two thirds against it, else
    mixed; a device where one of the workloads was not compared decides nothing.
    """
    return _torch_is_strong(results, SCENARIOS["use-nlp"])


@claim("use-vision")
def torch_is_strong_for_vision(results: Results) -> Verdict:
    """Strong means not slower. Best mode against best mode over the training steps and forward passes of resnet and
    unet, per device. A comparison speaks for it if the whole interval of JAX's gain lies below 1.1 (PyTorch is faster,
    or it is a tie), against it if JAX is faster. Supported from two thirds for it, refuted from two thirds against it,
    else mixed; a device where one of the workloads was not compared decides nothing.
    """
    return _torch_is_strong(results, SCENARIOS["use-vision"])


@claim("use-rl")
def torch_suits_reinforcement_learning(results: Results) -> Verdict:
    """To suit means not to be slower. Best mode against best mode over dqn and ppo, whose step is the whole loop, so
    that the ratio of times is that of environment steps per second and of updates per second. A comparison speaks for
    it if the whole interval of JAX's gain lies below 1.1 (PyTorch is faster, or it is a tie), against it if JAX is
    faster. Supported from two thirds for it, refuted from two thirds against it, else mixed, per device; a device where
    one of the workloads was not compared decides nothing.
    """
    found = _torch_is_strong(results, SCENARIOS["use-rl"])
    rates = _rates(results, SCENARIOS["use-rl"], ("train",))
    return Verdict(found.verdict, found.evidence | {"rates": [rate | _updates(rate) for rate in rates]})


def _updates(rate: Mapping[str, Any]) -> dict[str, float]:
    """Updates of the networks per second; {} where the problem or its size is unknown here.

    A step makes one update, or as many as the epochs and minibatches that its size names.
    """
    item = workloads.discover().get(f"training/{rate['workload']}")
    if item is None or rate["size"] not in item.problem.SIZES:
        return {}
    settings = item.problem.SIZES[rate["size"]]
    updates = settings.get("epochs", 1) * settings.get("minibatches", 1)
    return {f"{framework}_updates": updates / rate[f"{framework}_seconds"] for framework in FRAMEWORKS}


@claim("use-driving")
def torch_for_driving(results: Results) -> Verdict:
    """Who uses what is opinion; what can be measured is the time per frame of semantic segmentation (unet). Best mode
    against best mode over its forward passes, or over its training steps where no forward pass was compared. A
    comparison speaks for PyTorch if the whole interval of JAX's gain lies below 1.1, against it if JAX is faster.
    Supported from two thirds for it, refuted from two thirds against it, else mixed, per device.
    """
    forward = results.comparisons("training", "unet", INFERENCE)
    task = INFERENCE if forward["ratio"].notna().any() else ("train",)
    found = _torch_is_strong(results, ("unet",), task)
    return Verdict(found.verdict, found.evidence | {"rates": _rates(results, ("unet",), task)})


@claim("use-health")
def torch_for_health_care(results: Results) -> Verdict:
    """Who uses what is opinion; what can be measured is whether PyTorch is strong there, which means not slower. Best
    mode against best mode over the training steps and forward passes of unet (imaging), dna_cnn (genomics) and gcn
    (drug discovery), per device. A comparison speaks for it if the whole interval of JAX's gain lies below 1.1 (PyTorch
    is faster, or it is a tie), against it if JAX is faster. Supported from two thirds for it, refuted from two thirds
    against it, else mixed; a device where one of the workloads was not compared decides nothing.
    """
    return _torch_is_strong(results, SCENARIOS["use-health"])


def _torch_is_strong(results: Results, names: Sequence[str], task: judging.Names = None) -> Verdict:
    return judging.by_device(results.comparisons("training", names, task),
                             lambda rows: judging.not_slower(rows, "torch", names))


def _rates(results: Results, names: Sequence[str], tasks: Sequence[str]) -> list[dict[str, Any]]:
    """Items per second and seconds of a step in the fastest mode of both, at the largest usual size that both ran."""
    cells = results.cells("training", names, tasks)
    cells = cells[cells["items_per_second"].notna()]
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    # of several precisions the usual one of training, float32, is told where it was measured
    order = cells.assign(rank=cells["size"].map(size_rank), usual=cells["precision"] == "float32")
    for key, group in order.sort_values(["rank", "usual"]).groupby(judging.PROBLEM, sort=False):
        where = dict(zip(judging.PROBLEM, key, strict=True))
        best = {row["framework"]: row for row in group.sort_values("step_seconds", ascending=False).to_dict("records")}
        if set(best) >= set(FRAMEWORKS):
            rows[where["workload"], where["device"]] = {
                **{name: where[name] for name in ("workload", "task", "size", "precision", "device")},
                **{framework: float(best[framework]["items_per_second"]) for framework in FRAMEWORKS},
                **{f"{framework}_seconds": float(best[framework]["step_seconds"]) for framework in FRAMEWORKS}}
    return list(rows.values())


@claim("use-rnn")
def torchvision_supplies_recurrent_networks(results: Results) -> Verdict:
    """Refuted if RNN, LSTM and GRU of torch.nn run and no class of torchvision is one, supported if the opposite holds,
    else mixed. The ratio of times of the LSTM is recorded beside it.
    """
    layers = {name: results.event("packages", "torch", f"name.nn.{name}") for name in ("RNN", "LSTM", "GRU")}
    vision = results.event("packages", "torch", "name.torchvision")
    in_torchvision = vision.ran and bool(vision.value)
    verdict = by_parts([in_torchvision, not all(event.ran for event in layers.values())])
    found = (", ".join(vision.data()) or "absent") if vision.ran else vision.text
    return Verdict(verdict, {"torchvision": found, **{name: event.text for name, event in layers.items()},
                             "lstm": _ratios(results.comparisons("training", "lstm"))})


def _ratios(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The comparisons that have a ratio, as evidence."""
    columns = ["task", "size", "precision", "device", "ratio", "ratio_low", "ratio_high", "verdict"]
    return [{key: (number(value) if key.startswith("ratio") else value) for key, value in row.items()}
            for row in rows.loc[rows["ratio"].notna(), columns].to_dict("records")]


# --- 7 · tools and resources ------------------------------------------------------------------------------------------


@claim("res-bibliography")
def works_exist_as_cited(results: Results) -> Verdict:
    """Supported if every work was found as cited, refuted if none was, else mixed."""
    path = ARTICLE / "references.yaml"
    if not path.exists():
        raise Missing("the bibliography was not checked")
    findings = [entry["finding"] for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["checked"]]
    counts = {finding: findings.count(finding) for finding in dict.fromkeys(findings)}
    return Verdict(by_parts([finding == "right" for finding in findings]),
                   {"cited": len(findings), "right": findings.count("right"), "findings": counts})


@claim("res-debuggers")
def the_debugger_works_for_both(results: Results) -> Verdict:
    """Supported if the debugger shows the numbers at a breakpoint in eager and in compiled code of both frameworks,
    refuted if nowhere, else mixed. What it shows with the framework's switch for debugging is recorded beside it.
    """
    modes = ("eager", "compiled", "switched off")
    found = {framework: {mode.replace(" ", "_"): results.event("debugging", framework, f"breakpoint.{mode}")
                         for mode in modes} for framework in FRAMEWORKS}
    parts = [found[framework][mode].value == 1 for framework in FRAMEWORKS for mode in ("eager", "compiled")]
    evidence = {framework: {mode: {"shows_numbers": event.value == 1, "transcript": event.text[:600]}
                            for mode, event in events.items()} for framework, events in found.items()}
    return Verdict(by_parts(parts), evidence)


# --- 8 · trends -------------------------------------------------------------------------------------------------------


@claim("trend-scale")
def both_keep_improving_for_large_data(results: Results) -> Verdict:
    """Whether the throughput (operations per second) of both grows with the size, within the measured range of batch,
    width and length; what will come is not measured. A scaling curve, with the fastest mode at every size, speaks for
    it if the throughput at the largest size is more than 1.1 times that at the smallest and has not fallen by as much
    from its highest, against it otherwise, where the intervals allow to tell. Supported from two thirds for it, refuted
    from two thirds against it, else mixed, per device and framework; where these disagree it is mixed.
    """
    curves = judging.scaling_curves(results.curve_cells())
    if not curves:
        raise Missing("no scaling curves")
    verdicts: list[str] = []
    devices: dict[str, Any] = {}
    for device in sorted({curve["device"] for curve in curves}):
        devices[device] = {}
        for framework in FRAMEWORKS:
            own = [curve for curve in curves if (curve["device"], curve["framework"]) == (device, framework)]
            try:
                verdict, evidence = judging.grows(own)
            except Missing as missing:
                verdict, evidence = UNMEASURED, missing.evidence
            verdicts.append(verdict)
            devices[device][framework] = evidence | {"verdict": verdict}
    if set(verdicts) == {UNMEASURED}:
        raise Missing(next(iter(devices.values()))["torch"]["reason"], devices=devices)
    return Verdict(combine(verdicts), {"devices": devices, "curves": [_short(curve) for curve in curves]})


def _short(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with its numbers cut to four digits, which is what a long list has room for."""
    return {key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in entry.items()}


@claim("trend-platforms")
def more_platforms_will_be_supported(results: Results) -> Verdict:
    """A forecast, which metadata of today cannot decide; they are recorded."""
    found = {framework: {name: results.event("packages", framework, name).text
                         for name in ("version", "wheel", "backends", "devices")} for framework in FRAMEWORKS}
    raise Missing("a forecast cannot be decided", today=found)


# --- 9 · questions and answers ----------------------------------------------------------------------------------------


@claim("faq-choose")
def choose_by_need(results: Results) -> Verdict:
    """Two parts: JAX is faster (the rule of efficiency), and PyTorch runs more of the forms of Python control flow than
    JAX does. Supported if both hold, refuted if both are refuted, else mixed. The table has a row per problem.
    """
    pairs = results.comparisons()
    performance = gains_by_device(pairs, "jax")
    counts = {framework: sum(_outcome_word(event) == "right" for name, event in
                             results.events("control_flow", framework).items()
                             if name.split(".")[0] in ("eager", "compiled")) for framework in FRAMEWORKS}
    flexible = yes(counts["torch"] > counts["jax"])
    columns = ["workload", "task", "size", "precision", "device", "torch_mode", "jax_mode", "ratio", "ratio_low",
               "ratio_high", "verdict"]
    table = [{key: (number(value) if key.startswith("ratio") else value) for key, value in row.items()}
             for row in pairs[columns].to_dict("records")]
    return Verdict(combine([performance.verdict, flexible]), {
        "performance": performance.verdict, "flexibility": flexible, "control_flow_forms_right": counts,
        "devices": performance.evidence["devices"], "table": table})


@claim("faq-migrate")
def migrate_by_replacing(results: Results) -> Verdict:
    """The replacement is enough if outputs, gradients and ten training steps of the migrated model equal the reference
    in both frameworks, and JAX itself supplies layers and optimiser. Supported if both parts hold, refuted if neither
    does, else mixed.
    """
    names = ("migrated.output", "migrated.gradient", "migrated.losses", "migrated.weights")
    equal = {framework: {name.split(".")[1]: _within(results.event("exporting", framework, name)) for name in names}
             for framework in FRAMEWORKS}
    own = {name: results.event("exporting", "jax", f"own.{name}") for name in ("layers", "optimiser")}
    same = [entry["holds"] for entries in equal.values() for entry in entries.values()]
    verdict = by_parts([all(same), all(event.ran for event in own.values())])
    return Verdict(verdict, {**equal, "own": {name: _pattern(event) for name, event in own.items()},
                             "sources": results.event("exporting", "jax", "sources").data()})


@claim("faq-when-traced")
def graph_is_built_at_definition(results: Results) -> Verdict:
    """Supported if defining a jitted function traces it, refuted if it does not."""
    names = ("definition", "first_call", "same_shape", "new_shape", "third_shape", "new_type")
    counts = {framework: {name: results.event("tracing", framework, f"traces.{name}").number() for name in names}
              for framework in FRAMEWORKS}
    return Verdict(yes(counts["jax"]["definition"] > 0), {"traces_so_far": counts})


@claim("faq-recursive")
def gradients_by_recursion_over_the_graph(results: Results) -> Verdict:
    """Supported if, in both frameworks, the backward program visits the operations of sum(tanh(x W)) in reverse order,
    refuted if in neither, else mixed. The cost of value and gradient in units of the value is recorded beside it.
    """
    programs = {name: event.data() for name, event in results.both("derivatives", "backward program").items()}
    backward = {"torch": ("SumBackward0", "TanhBackward0", "MmBackward0"),
                "jax": ("broadcast_in_dim", "mul", "dot_general")}  # the transposes of sum, of tanh's slope, of x W
    parts = [_in_order(programs[framework]["backward"], backward[framework]) for framework in FRAMEWORKS]
    costs = results.both("derivatives", "cost")
    evidence = {framework: {"forward": programs[framework]["forward"], "backward": programs[framework]["backward"],
                            "cost_ratio": costs[framework].value} for framework in FRAMEWORKS}
    return Verdict(by_parts(parts), evidence)


def _in_order(found: list[str], wanted: tuple[str, ...]) -> bool:
    places = [found.index(name) for name in wanted if name in found]
    return len(places) == len(wanted) and places == sorted(places)


@claim("faq-ddp")
def ddp_is_in_torch_nn_parallel(results: Results) -> Verdict:
    """Supported if it is there and the gradients that two processes have after a step equal those of one."""
    module = results.event("packages", "torch", "name.nn.parallel.DistributedDataParallel")
    found = [results.event("distribution", "torch", f"two.gradient.{rank}") for rank in (0, 1)]
    holds = module.ran and all(event.within(EXACT) for event in found)
    return Verdict(yes(holds), {"module": module.text, "errors": [event.value for event in found],
                                "efficiency": results.event("distribution", "torch", "efficiency").value})


@claim("faq-lax-pmap")
def pmap_is_in_lax(results: Results) -> Verdict:
    """Supported if jax.lax has a pmap, refuted if it has none."""
    names = {"lax_pmap": "jax.lax.pmap", "pmap": "jax.pmap", "shard_map": "jax.shard_map"}
    found = {short: results.event("packages", "jax", f"name.{name}") for short, name in names.items()}
    return Verdict(yes(found["lax_pmap"].ran), {short: event.text for short, event in found.items()})


@claim("faq-pmap-cpu")
def pmap_distributes(results: Results) -> Verdict:
    """Supported if pmap over two devices of this machine gives the gradient of one, refuted if it does not. The
    efficiency, which is not part of the verdict, and the same by shard_map and by jit are recorded beside it.
    """
    ways = {"pmap": "two", "shard_map": "two by shard_map", "jit": "two by jit"}
    found = {way: results.event("distribution", "jax", f"{name}.gradient") for way, name in ways.items()}
    efficiency = results.event("distribution", "jax", "efficiency")
    return Verdict(yes(found["pmap"].within(EXACT)), {
        "errors": {way: event.value for way, event in found.items()}, "efficiency": efficiency.value,
        "devices": int(results.event("distribution", "jax", "devices").number())})


# --- all of them ------------------------------------------------------------------------------------------------------


def read_claims(path: Path = ARTICLE / "claims.yaml") -> list[dict[str, Any]]:
    """The claims of the article, in its order."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def judge(entry: Mapping[str, Any], results: Results) -> Verdict:
    """The verdict on one claim, with the rule that led to it."""
    if entry["kind"] == "opinion":
        return Verdict(OPINION, {})
    decide = REGISTRY.get(entry["id"])
    if decide is None:
        return Verdict(UNMEASURED, {"reason": "no experiment yet"})
    rule = " ".join((inspect.getdoc(decide) or "").split())
    try:
        found = decide(results)
    except Missing as missing:
        return Verdict(UNMEASURED, {**missing.evidence, "rule": rule})
    return Verdict(found.verdict, {**found.evidence, "rule": rule})


def judge_foreign(entry: Mapping[str, Any], results: Results) -> Verdict:
    """`judge` for the data of another machine, which may hold anything: what cannot be read decides nothing."""
    try:
        return judge(entry, results)
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        return Verdict(UNMEASURED, {"reason": "unreadable data", "error": type(error).__name__})


def rows(results: Results, entries: Iterable[Mapping[str, Any]], own: bool = True) -> list[dict[str, Any]]:
    """The rows of the table `claims` for one machine."""
    decide = judge if own else judge_foreign
    judged = [(entry, decide(entry, results)) for entry in entries]
    return [{"hardware": results.hardware, "id": entry["id"], "section": entry["section"], "kind": entry["kind"],
             "verdict": found.verdict, "evidence": as_text(found.evidence)} for entry, found in judged]


def as_text(evidence: Mapping[str, Any]) -> str:
    """Evidence as JSON that a table accepts; the last rows of its long lists are left out where it would not."""
    evidence = dict(evidence)
    while len(text := json.dumps(evidence, ensure_ascii=False, allow_nan=False)) > schema.LONGEST_TEXT:
        lists = [key for key, value in evidence.items() if isinstance(value, list) and len(value) > 1]
        if not lists:
            raise ValueError(f"evidence of {len(text)} characters holds no list that could be shortened")
        longest = max(lists, key=lambda key: len(json.dumps(evidence[key])))
        evidence |= {longest: evidence[longest][: len(evidence[longest]) // 2], "shortened": True}
    return text


def main(argv: list[str] | None = None) -> None:
    """Judge every claim on every machine, this one first, and write the table and its sheet."""
    parser = argparse.ArgumentParser(description="Judge the claims of the article from the tables.")
    parser.add_argument("--tables", type=Path, required=True, help="folder of the merged tables")
    parser.add_argument("--machine", required=True, help="name of this machine")
    parser.add_argument("--output", type=Path, required=True, help="Parquet file to write; a CSV is written beside it")
    options = parser.parse_args(argv)
    tables, entries = Tables(options.tables), read_claims()
    frames = {name: tables.frame(name) for name in NAMES if name != "claims"}
    machines = list(dict.fromkeys([options.machine, *tables.hardware(options.machine)]))
    table = [row for machine in machines
             for row in rows(Results(machine, frames, tables.machines), entries, machine == options.machine)]
    schema.write(options.output, "claims", table)
    collect.write_csv(options.output.with_suffix(".csv"), "claims", table)
    own = [row["verdict"] for row in table if row["hardware"] == options.machine]
    print(f"{options.machine}: " + ", ".join(f"{own.count(verdict)} {verdict}" for verdict in schema.CLAIM_VERDICTS))


if __name__ == "__main__":
    main()
