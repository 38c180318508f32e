"""The claims of section 3, core algorithms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from bench import vocabulary
from bench.claims import code_size
from bench.claims.evidence import REFUTED, Results, Verdict, claim
from bench.claims.rules import AGAINST, EQUAL, FOR, by_device, by_parts
from bench.claims.shared import outcome_of, yes
from bench.claims.votes import voted
from bench.events import Missing
from bench.results import statistics
from bench.results.intervals import number
from bench.results.selection import points
from bench.results.startup import beginning, crossing, starts
from bench.vocabulary import COMPARED, COMPILED

MEMORY = ("baseline_host_bytes", "peak_host_bytes", "peak_device_bytes")
"""What a cell tells of its memory."""

BASIC = (
    "gradient",
    "gradient of a compiled function",
    "jvp",
    "vjp",
    "jacfwd",
    "jacrev",
    "hessian",
    "hvp forward over reverse",
    "hvp reverse over forward",
    "hvp reverse over reverse",
    "vmap of gradient",
    "custom rule",
    "checkpoint",
)
"""The transformations that the claim of automatic differentiation is about; the others look for its limits."""


@claim("alg-grad-matrix")
def grad_of_a_matrix(results: Results) -> Verdict:
    """Supported if the pattern as printed runs, refuted if it raises."""
    names = ("as printed", "only grad_outputs", "only requires_grad", "both")
    found = {name: results.event("derivatives", "torch", f"matrix.{name}") for name in names}
    evidence = {name.replace(" ", "_"): outcome_of(event) for name, event in found.items()}
    return Verdict(yes(found["as printed"].ran), evidence)


@claim("alg-create-graph")
def create_graph_keeps_the_graph(results: Results) -> Verdict:
    """Supported if derivatives of order 1 to 6 agree with the closed form to 1e-9 with create_graph and the second one
    raises without it, refuted if none of the higher orders agrees, else mixed. Time and memory by order are recorded
    beside it, also along the curve of the workload higher_order where it was measured.
    """
    orders = {framework: [_order(results, framework, order) for order in range(1, 7)] for framework in COMPARED}
    without = results.event("derivatives", "torch", "order.2.without create_graph")
    right = [results.event("derivatives", "torch", f"order.{order}.error").accurate for order in range(1, 7)]
    verdict = by_parts([*right, not without.ran]) if any(right[1:]) else REFUTED
    return Verdict(
        verdict, {"orders": orders, "without_create_graph": outcome_of(without), "curve": _curve_of_orders(results)}
    )


def _curve_of_orders(results: Results) -> dict[str, list[dict[str, Any]]]:
    """Framework → order, seconds and memory of the fastest mode along the measured curve; {} without one."""
    cells = results.curve_cells("autodiff", "higher_order")
    cells = cells[(cells["kind"] == "order") & (cells["task"] == "nth_reverse")].sort_values("step_seconds")
    found: dict[str, list[dict[str, Any]]] = {}
    for framework, own in cells.groupby("framework"):
        fastest = own.drop_duplicates("amount").sort_values("amount")
        found[str(framework)] = [
            {"order": int(row["amount"]), "mode": row["mode"], "seconds": number(row["step_seconds"])}
            | {column: number(row[column]) for column in MEMORY}
            for row in fastest.to_dict("records")
        ]
    return found


def _order(results: Results, framework: str, order: int) -> dict[str, float | None]:
    found = {
        name: results.event("derivatives", framework, f"order.{order}.{name}").value
        for name in ("error", "seconds", "bytes", "operations")
    }
    return {"order": float(order), **found}


@claim("alg-jit-static")
def jit_makes_a_static_graph(results: Results) -> Verdict:
    """Supported if jaxpr and compiled module were made from shapes alone and the module then gives the right value."""
    traced, module, compiled = (results.event("graphs", "jax", name) for name in ("traced", "text.module", "compiled"))
    holds = traced.ran and module.ran and compiled.accurate
    return Verdict(
        yes(holds), {"equations": traced.value, "error": compiled.value, "module_characters": len(module.text)}
    )


@claim("alg-ad-by-jit")
def differentiation_is_a_feature_of_jit(results: Results) -> Verdict:
    """Refuted if a gradient taken with jit switched off is right."""
    event = results.event("derivatives", "jax", "without jit")
    return Verdict(yes(not event.accurate), {"error": event.value, **outcome_of(event)})


@claim("alg-grad-vector")
def grad_of_a_vector(results: Results) -> Verdict:
    """Supported if jax.grad of the vector-valued model runs, refuted if it raises."""
    names = ("as printed", "jacrev", "jacfwd", "vjp")
    found = {name: results.event("derivatives", "jax", f"vector.{name}") for name in names}
    evidence = {name.replace(" ", "_"): outcome_of(event) for name, event in found.items()}
    return Verdict(yes(found["as printed"].ran), evidence)


@claim("alg-grad-argnums")
def grad_gives_all_gradients(results: Results) -> Verdict:
    """Supported if grad of a function of x, W and b gives three gradients by default, refuted if it gives one."""
    found = {name: results.event("derivatives", "jax", f"arguments.{name}") for name in ("default", "argnums")}
    counts = {name: event.text.count("(") for name, event in found.items()}
    return Verdict(
        yes(counts["default"] == 3),
        {name: {"gradients": counts[name], "shapes": event.text} for name, event in found.items()},
    )


@claim("alg-table-autodiff")
def both_differentiate(results: Results) -> Verdict:
    """Per framework: it holds if the transformations that the claim is about (gradient, jvp, vjp, both Jacobians,
    Hessian, Hessian-vector products, gradient per sample, custom rule, checkpointing) are all right, each in eager or
    in compiled code. Supported if it holds in both, refuted if in neither, else mixed. The further rows of the table
    look for the limits: everything that raises, or runs and is wrong, is counted and listed, and decides nothing.
    """
    parts, evidence = [], {}
    for framework in COMPARED:
        table = _transformations(results, framework)
        right = [name for name, modes in table.items() if "right" in modes.values()]
        parts.append(set(BASIC) <= set(right))
        listed = {
            word: [
                {"name": name, "mode": mode}
                for name, modes in table.items()
                for mode, found in modes.items()
                if found == word
            ]
            for word in ("raised", "wrong")
        }
        evidence[framework] = {
            "right": len(right),
            "of": len(table),
            "basic": len(set(BASIC) & set(right)),
            "of_basic": len(BASIC),
            **listed,
            "modes": _by_mode(table),
        }
    return Verdict(by_parts(parts), evidence)


def _transformations(results: Results, framework: str) -> dict[str, dict[str, str]]:
    """Transformation → mode → what became of it."""
    table: dict[str, dict[str, str]] = {}
    for name, event in results.events("transformations", framework).items():
        mode, _, transformation = name.partition(".")
        if transformation:
            table.setdefault(transformation, {})[mode] = event.verdict
    if not table:
        raise Missing("the example was not reached", example=f"transformations {framework} eager.gradient")
    return table


def _by_mode(table: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, int]]:
    """Mode → how many transformations are right, wrong and raised in it; what breaks in the graph save is no mode."""
    return {
        mode: {word: sum(modes.get(mode) == word for modes in table.values()) for word in ("right", "wrong", "raised")}
        for mode in ("eager", "compiled")
    }


@claim("alg-table-compile")
def compile_efficiency(results: Results) -> Verdict:
    """Seconds from the start of the process to its first result, all phases of the start, with empty caches: torch
    compile against jax jit. A workload, with the geometric mean of its problems, speaks for it if torch takes more than
    1.1 times as long, against it otherwise. Decided by the votes of workloads, per device. One start with empty caches
    has no interval: what is told of the scatter is that over workloads. Cached times and the steps after which
    compiling has paid for itself are recorded beside it.
    """
    rows, curves = (_starts(runs) for runs in (results.runs(), results.curve_runs()))
    if rows.empty:
        raise Missing("no comparisons")
    found = by_device(rows, points(curves), lambda own, along: voted(own, along, _torch_starts_later))
    ratios = np.exp(np.log(rows["ratio"]).groupby(rows["workload"]).mean())
    mean, low, high = statistics.geometric_mean(ratios.to_list())
    shown = [
        {
            "problem": " ".join(row[column] for column in vocabulary.PROBLEM[1:]),
            **{name: row[name] for name in COMPARED},
        }
        for row in rows.to_dict("records")
    ]
    return Verdict(
        found.verdict,
        found.evidence
        | {"problems": len(rows), "workloads": len(ratios), "slower": int((rows["ratio"] > EQUAL).sum())}
        | {"ratio": mean, "ratio_low": low, "ratio_high": high, "rows": shown},
    )


def _torch_starts_later(rows: pd.DataFrame) -> str:
    return FOR if float(np.log(rows["ratio"]).mean()) > math.log(EQUAL) else AGAINST


def _starts(runs: pd.DataFrame) -> pd.DataFrame:
    """Per problem: of both frameworks the seconds to the first result, cold and cached, and the steps to break even;
    `ratio`, torch over jax with empty caches.
    """
    rows = []
    for key, group in starts(runs).groupby(vocabulary.PROBLEM, sort=False):
        found = {framework: _compile_times(group, framework) for framework in COMPARED}
        if (torch := found["torch"]) and (jax := found["jax"]):
            rows.append(
                dict(zip(vocabulary.PROBLEM, key, strict=True)) | found | {"ratio": torch["cold"] / jax["cold"]}
            )
    return pd.DataFrame(rows, columns=[*vocabulary.PROBLEM, *COMPARED, "ratio"])


def _compile_times(runs: pd.DataFrame, framework: str) -> dict[str, Any] | None:
    mode = COMPILED[framework][0]
    eager = beginning(runs, framework, "eager", "cold")
    cold, cached = (beginning(runs, framework, mode, cache) for cache in ("cold", "cached"))
    if cold is None:
        return None
    return {
        "cold": cold[0],
        "cached": cached[0] if cached else None,
        "break_even_steps": crossing(eager, cold) if eager else None,
    }


@claim("alg-table-ease")
def ease_of_use(results: Results) -> Verdict:
    """A proxy: tokens of the two obvious implementations of each workload, those that the tests hold the measured ones
    against, without imports, comments and docstrings. A workload speaks for it if JAX's has at least 5 % more, against
    it otherwise. Decided by the votes of workloads. What both share is not counted, nor is a workload of which one side
    takes the model from a library.
    """
    return code_size.smaller_code(results.code)
