"""What the article says of verdicts: evidence in all its branches can be told in both languages."""

import json
import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from article import numbers, prose
from article.section import FOLDER
from article.words import read_words
from bench.claims import algorithms, shared
from bench.claims.evidence import UNMEASURED, Results, Verdict
from bench.claims.judge import as_text, judge
from bench.claims.rules import REASONS
from tests.bench.claims.planted import (
    CONSTANT,
    ENTRIES,
    FASTER,
    LINEAR,
    STRONG,
    USED,
    cells,
    compared,
    comparisons,
    curve,
    divided,
    errors,
    event,
    explained,
    frame,
    installed,
    kernels,
    migrated,
    passed_back,
    quantised,
    rates,
    runs,
    science,
    timed,
)

in_both_languages = pytest.mark.parametrize("language", ["en", "zh"])


def told(identity: str, evidence: Mapping[str, Any], language: str) -> str:
    """What the article says of a claim, from its evidence as a table keeps it."""
    block = prose.blocks(FOLDER / "text" / language / "claims.md")[identity]
    words = read_words(language).under("evidence")
    return prose.render(block, {"e": json.loads(as_text(evidence)), "w": words}, language)


def evident() -> dict[str, Verdict]:
    """Claims decided by planted results of a CPU, beside a GPU with too little."""
    names = sorted({name for names in (STRONG | USED).values() for name in names} | {"lstm"})
    lone = comparisons([1.5], device="cuda", half_width=None, family="training", workload="gpt")["comparisons"]
    steps = {("torch", "compile"): 2.0, ("jax", "jit"): 1.0}
    planted = runs(FASTER)
    points = [planted["runs"].assign(size=f"batch-{size}") for size in (1, 64)]
    frames = {
        "runs": pd.concat([planted["runs"], *points]),
        "comparisons": pd.concat([planted["comparisons"], lone, compared({name: [0.6, 1.5] for name in names})]),
        "cells": pd.concat(
            [
                curve(CONSTANT),
                curve(LINEAR, framework="jax", mode="jit"),
                *(cells(steps, workload=name) for name in ("unet", "ppo")),
            ]
        ),
    }
    layers = [event("packages", "torch", f"name.nn.{name}", 0.0, "torch.nn") for name in ("RNN", "LSTM", "GRU")]
    frames["events"] = frame("events", [*layers, event("packages", "torch", "name.torchvision", 0.0, "[]")])
    chosen = (
        *STRONG,
        *USED,
        "use-rnn",
        "trend-scale",
        "core-static-inference",
        "core-static-faster",
        "bg-jax-efficiency",
    )
    return {identity: judge(ENTRIES[identity], Results("here", frames)) for identity in chosen}


@in_both_languages
def test_the_evidence_of_training_workloads_can_be_told(language):
    for identity, found in evident().items():
        assert found.verdict != UNMEASURED, identity
        assert len(told(identity, found.evidence, language)) > 40, identity


def derived() -> dict[str, Verdict]:
    """Verdicts on everything that is said of derivatives and kernels, with evidence in all their branches."""
    greeks = comparisons([1.5] * 3, workload="option_greeks")["comparisons"]
    circuit = comparisons([0.5], workload="vqe")["comparisons"]
    gradients = timed(
        "autodiff",
        {
            ("vqe", task, framework, mode): step
            for framework, mode in (("torch", "eager"), ("jax", "jit"))
            for task, step in (("primal", 1.0), ("gradient", 4.0))
        },
    )
    frames = {
        "comparisons": pd.concat([science([1.5]), greeks, circuit]),
        "runs": pd.concat([kernels(0.5, 0.2), gradients]),
        "parity": errors(("gmm", "float64", 1e-14, 1e-8), ("gmm", "float32", 1e-6, 1e-3)),
        "events": frame("events", [event("packages", "jax", "name.qlax", 700.0, "[]", outcome="absent")]),
    }
    chosen = ("bg-tensor-speed", "use-hpc", "use-finance", "use-quantum", "math-same", "bg-jax-numerics")
    return {identity: judge(ENTRIES[identity], Results("here", frames)) for identity in chosen}


@in_both_languages
def test_the_evidence_of_derivatives_and_kernels_can_be_told(language):
    for identity, found in derived().items():
        assert found.verdict != UNMEASURED, identity
        assert len(told(identity, found.evidence, language)) > 40, identity


@in_both_languages
def test_the_evidence_of_trends_can_be_told(language):
    for identity, results in (
        ("trend-automl", rates(4.0, 3.0)),
        ("trend-explain", explained(("torch", "ok"), ("jax", "ok"))),
        (
            "bg-distributed",
            Results("here", {"events": frame("events", [*divided("torch"), *divided("jax", share=0.7)])}),
        ),
        (
            "trend-compression",
            Results("here", {"events": frame("events", [*quantised("torch"), *quantised("jax", scatter=0.0)])}),
        ),
    ):
        assert len(told(identity, judge(ENTRIES[identity], results).evidence, language)) > 40, identity


@in_both_languages
def test_curves_of_orders_and_costs_of_gradients_can_be_told(language):
    points = frame(
        "cells",
        [
            {
                "hardware": "here",
                "family": "autodiff",
                "workload": "higher_order",
                "task": "nth_reverse",
                "status": "ok",
                "size": f"order-{order}",
                "precision": "float64",
                "device": "cpu",
                "framework": "jax",
                "mode": "jit",
                "step_seconds": 1e-5 * order,
                "peak_host_bytes": 1000,
            }
            for order in (1, 2, 6)
        ],
    )
    times = algorithms._curve_of_orders(Results("here", {"cells": points}))
    assert [point["order"] for point in times["jax"]] == [1, 2, 6]
    orders = {"torch": [{"error": 1e-15}], "jax": [{"error": 1e-15}]}
    evidence = {"orders": orders, "without_create_graph": {"says": "no"}, "curve": times}
    assert numbers.seconds(6e-5) in told("alg-create-graph", evidence, language)
    gradients = {("vqe", task, "torch", "eager"): step for task, step in (("primal", 1.0), ("gradient", 4.0))}
    costs = shared.gradient_costs(Results("here", {"runs": timed("autodiff", gradients)}))
    assert (costs["torch"]["below"], costs["torch"]["of"]) == (1, 1)
    rows = [*passed_back("torch"), *passed_back("jax", deep="RecursionError: too deep")]
    found = judge(ENTRIES["faq-recursive"], Results("here", {"events": frame("events", rows)}))
    shown = told("faq-recursive", found.evidence | {"gradients": costs}, language)
    assert "4.00" in shown
    assert "20,000" in shown
    assert "too deep" in shown


@in_both_languages
@pytest.mark.parametrize("raised", ["", "migrated.output", "elsewhere.output"])
def test_the_evidence_of_a_migration_can_be_told(language, raised):
    results = Results("here", {"events": frame("events", [*migrated("torch"), *migrated("jax", raised=raised)])})
    shown = {
        name: told(name, judge(ENTRIES[name], results).evidence, language)
        for name in ("faq-migrate", "core-dev-deploy")
    }
    assert "optax" in shown["faq-migrate"]
    assert ("planted" in shown["core-dev-deploy"]) == (raised == "elsewhere.output")


@in_both_languages
def test_what_is_installed_can_be_told(language):
    found = judge(ENTRIES["prac-install"], Results("here", {"events": frame("events", installed())}))
    assert numbers.size(4000) in told("prac-install", found.evidence, language)


@in_both_languages
def test_every_reason_has_words(language):
    words = read_words(language)
    sources = "".join(path.read_text() for path in Path(shared.__file__).parent.glob("*.py"))
    reasons = set(re.findall(r'Missing\("([^"]+)"', sources))
    assert len(reasons) > 10
    reasons |= set(REASONS)
    assert not [reason for reason in reasons if f"reason.{reason}" not in words]


OUTCOMES = ("right", "wrong", "raised", "absent")


@in_both_languages
def test_every_outcome_of_branches_and_loops_is_told_in_a_sentence(language):
    ends = {"en": ("gets both right", "raises in both"), "zh": ("都算对", "都抛出异常")}[language]
    for branch, loop in product(OUTCOMES, OUTCOMES):
        torch = {"eager.branch": "right", "eager.loop": "right", "compiled.branch": branch, "compiled.loop": loop}
        jax = torch | {"compiled.branch": "raised", "compiled.loop": "raised"}
        text = str(told("core-flexible", {"forms": {"torch": torch, "jax": jax}}, language))
        assert text.count(ends[0]) == 2 + (branch == loop == "right")
        assert text.count(ends[1]) == 1 + (branch == loop == "raised")
        assert text.strip().endswith((".</p>", "。</p>"))


CASE = {"holds": True}
EXACT: dict[str, dict[str, Any]] = {
    "alg-jit-static": {"equations": 7, "error": 0.0},
    "alg-ad-by-jit": {"error": 0.0},
    **{
        f"math-{name}": {
            "cases": {"one_output": CASE, "several_outputs": CASE, "batch": CASE},
            "benchmark": {"largest_error": 0.0},
        }
        for name in ("dx", "dw", "db")
    },
    "faq-ddp": {"module": "torch.nn.parallel", "errors": [0.0, 0.0]},
    "faq-pmap-cpu": {"devices": 2, "errors": {"pmap": 0.0}, "efficiency": None},
}


@pytest.mark.parametrize("identity", EXACT)
@in_both_languages
def test_an_error_of_zero_is_exact(identity, language):
    text = str(told(identity, EXACT[identity], language))
    assert {"en": "exactly", "zh": "完全相等"}[language] in text
    assert not re.search(r"\b0\b", text)
