"""Judgements of claims: the rules, on planted results that decide them either way, and on none."""

import inspect
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from article import numbers, prose
from article.section import FOLDER
from article.words import read_words
from bench import catalogue, schema, vocabulary
from bench.claims import algorithms, code_size, rules, scenarios, shared
from bench.claims.curves import scaling_curves
from bench.claims.evidence import MIXED, OPINION, REFUTED, REGISTRY, SUPPORTED, UNMEASURED, Results, Verdict, claim
from bench.claims.judge import as_text, judge, read_claims
from bench.claims.rules import by_parts, by_share
from bench.events import Missing
from bench.results import statistics
from scripts.judge import main
from tests.checkout import CLAIMS

ENTRIES = {entry["id"]: entry for entry in read_claims(CLAIMS)}
SECTIONS = range(1, 10)


def verdict_of(identity: str, results: Results) -> str:
    return judge(ENTRIES[identity], results).verdict


def frame(table: str, rows: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(schema.TABLES[table]))


# --- the list of claims -----------------------------------------------------------------------------------------------


def test_there_are_64_claims_in_the_order_of_the_sections():
    assert len(ENTRIES) == len(read_claims(CLAIMS)) == 64
    sections = [entry["section"] for entry in ENTRIES.values()]
    assert sections == sorted(sections)
    assert set(sections) == set(SECTIONS)


@pytest.mark.parametrize("identity", ENTRIES)
def test_a_claim_is_said_and_decided_in_both_languages(identity):
    entry = ENTRIES[identity]
    assert set(entry) == {"id", "section", "kind", "says", "decide"}
    assert entry["kind"] in ("measured", "demonstrated", "looked-up", "opinion")
    for words in (entry["says"], entry["decide"]):
        assert set(words) == {"en", "zh"}
        assert all(text.strip() == text and len(text) > 3 for text in words.values())
        assert re.search("[\u4e00-\u9fff]", words["zh"])
        assert not re.search("[\u4e00-\u9fff]", words["en"])


def test_every_function_judges_a_claim_of_the_list():
    assert set(REGISTRY) <= set(ENTRIES)


def test_every_rule_is_written_down():
    assert all(decide.__doc__ and len(decide.__doc__) > 40 for decide in REGISTRY.values())


def test_a_claim_is_not_judged_twice():
    with pytest.raises(ValueError, match="judged twice"):
        claim("bg-dynamic")(lambda results: Verdict(MIXED, {}))


# --- without data -----------------------------------------------------------------------------------------------------

NEED_NO_RESULTS = {"alg-table-suited": OPINION, "alg-table-ease": None, "res-bibliography": None}
"""Decided by nothing, or by the project's own files."""


@pytest.mark.parametrize("identity", [identity for identity in ENTRIES if identity not in NEED_NO_RESULTS])
def test_without_data_nothing_is_decided_and_the_reason_is_said(identity):
    for results in (
        Results("here", {}),
        Results(
            "here",
            {name: frame(name, []) for name in ("runs", "cells", "comparisons", "parity", "noise", "events", "peaks")},
        ),
    ):
        found = judge(ENTRIES[identity], results)
        assert found.verdict == UNMEASURED
        assert found.evidence["reason"]


def test_an_opinion_stays_an_opinion():
    assert verdict_of("alg-table-suited", Results("here", {})) == OPINION


def test_results_of_another_machine_decide_nothing_here():
    there = comparisons([1.5] * 6) | {}
    elsewhere = Results("elsewhere", there)
    assert verdict_of("bg-jax-efficiency", Results("here", there)) == SUPPORTED
    assert verdict_of("bg-jax-efficiency", elsewhere) == UNMEASURED


# --- the rules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ((3, 0, 0), SUPPORTED),
        ((2, 1, 0), SUPPORTED),
        ((2, 0, 1), SUPPORTED),
        ((1, 1, 0), MIXED),
        ((1, 2, 0), REFUTED),
        ((0, 3, 0), REFUTED),
        ((0, 2, 1), REFUTED),
        ((1, 1, 1), MIXED),
        ((0, 1, 1), MIXED),
    ],
)
def test_two_thirds_decide(counts, verdict):
    assert by_share(*counts) == verdict


@pytest.mark.parametrize(("counts", "reason"), [((0, 0, 0), "no comparisons"), ((1, 0, 2), "intervals too wide")])
def test_nothing_and_mostly_undecided_decide_nothing(counts, reason):
    with pytest.raises(Missing) as raised:
        by_share(*counts)
    assert raised.value.evidence["reason"] == reason


def test_parts_decide_together():
    assert [by_parts(parts) for parts in ([True, True], [True, False], [False, False])] == [SUPPORTED, MIXED, REFUTED]
    with pytest.raises(Missing):
        by_parts([])


def test_evidence_has_to_be_plain_json_and_a_verdict_a_known_one():
    with pytest.raises(TypeError):
        Verdict(SUPPORTED, {"array": np.ones(2)})
    with pytest.raises(ValueError, match="verdict is 'true'"):
        Verdict("true", {})


# --- measured claims, planted both ways -------------------------------------------------------------------------------


def comparisons(
    ratios: list[float],
    *,
    half_width: float | None = 0.02,
    device: str = "cpu",
    family: str = "autodiff",
    workload: str = "planted",
    floor: float = 0.01,
) -> dict[str, pd.DataFrame]:
    """Best pairs with torch/jax ratios, each with a relative interval, and the verdict that follows from it."""
    rows = []
    for place, ratio in enumerate(ratios):
        low, high = (None, None) if half_width is None else (ratio * (1 - half_width), ratio * (1 + half_width))
        verdict = statistics.verdict(ratio, low, high, 0.001 if low else None, floor)
        rows.append(
            {
                "hardware": "here",
                "family": family,
                "workload": workload,
                "task": f"t{place}",
                "size": "small",
                "precision": "float64",
                "device": device,
                "torch_mode": "compile",
                "jax_mode": "jit",
                "ratio": ratio,
                "ratio_low": low,
                "ratio_high": high,
                "verdict": verdict,
                "best": True,
                "noise_floor": floor,
                "parity_error": 1e-14,
            }
        )
    return {"comparisons": frame("comparisons", rows)}


@pytest.mark.parametrize(
    ("ratios", "verdict"),
    [
        ([1.5] * 6, SUPPORTED),
        ([0.6] * 6, REFUTED),
        ([1.0] * 6, REFUTED),
        ([1.5, 1.5, 1.5, 0.6, 0.6, 0.6], MIXED),
        ([1.5] * 4 + [1.0] * 2, SUPPORTED),
        ([1.5] * 3 + [1.0] * 3, MIXED),
    ],
)
def test_efficiency_is_decided_by_the_share_of_comparisons(ratios, verdict):
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", comparisons(ratios)))
    assert found.verdict == verdict
    device = found.evidence["devices"]["cpu"]
    assert device["jax_faster"] + device["torch_faster"] + device["ties"] == device["comparisons"] == len(ratios)
    assert found.evidence["ratio"] == pytest.approx(float(np.exp(np.log(ratios).mean())))


def test_a_small_gain_is_not_markedly_faster():
    results = Results("here", comparisons([1.12] * 6))
    assert verdict_of("bg-jax-efficiency", results) == SUPPORTED
    assert verdict_of("bg-jax-numerics", results) == REFUTED
    assert verdict_of("bg-jax-numerics", Results("here", comparisons([1.5] * 6))) == SUPPORTED


def test_numerics_is_decided_by_its_own_families():
    training = comparisons([1.5] * 6, family="training")
    assert verdict_of("bg-jax-numerics", Results("here", training)) == UNMEASURED


def test_wide_intervals_decide_nothing():
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", comparisons([1.05] * 6, half_width=0.5)))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "intervals too wide")


def test_single_runs_decide_nothing():
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", comparisons([2.0] * 6, half_width=None)))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "single runs have no interval")


def test_what_is_not_comparable_is_counted_and_decides_nothing():
    planted = comparisons([1.5] * 6)
    planted["comparisons"].loc[3:, ["verdict", "ratio"]] = ["not comparable", None]
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", planted))
    assert (found.verdict, found.evidence["not_comparable"]) == (SUPPORTED, 3)


def test_devices_that_disagree_make_it_mixed():
    parts = [comparisons([ratio] * 4, device=device)["comparisons"] for ratio, device in ((1.5, "cpu"), (0.5, "cuda"))]
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", {"comparisons": pd.concat(parts)}))
    assert found.verdict == MIXED
    assert {name: part["verdict"] for name, part in found.evidence["devices"].items()} == {
        "cpu": SUPPORTED,
        "cuda": REFUTED,
    }


def test_a_device_without_data_leaves_the_other_to_decide():
    known, unknown = comparisons([1.5] * 4), comparisons([1.5] * 4, half_width=None, device="cuda")
    both = pd.concat([known["comparisons"], unknown["comparisons"]])
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", {"comparisons": both}))
    assert found.verdict == SUPPORTED
    assert found.evidence["devices"]["cuda"]["reason"] == "single runs have no interval"


def runs(
    seconds: dict[tuple[str, str], float],
    *,
    count: int = 5,
    task: str = "forward",
    first: float = 1.0,
    family: str = "training",
    problems: int = 3,
) -> dict[str, pd.DataFrame]:
    """Runs of variants with 1 % of noise around the given seconds per step; compiled ones start in `first` seconds."""
    random = np.random.default_rng(5)
    rows = []
    for place in range(problems):
        for (framework, mode), step in seconds.items():
            compiled = mode != "eager"
            start = first if framework == "torch" else 1.0
            rows += [
                {
                    "hardware": "here",
                    "family": family,
                    "workload": f"planted{place}",
                    "task": task,
                    "size": "small",
                    "precision": "float32",
                    "device": "cpu",
                    "framework": framework,
                    "mode": mode,
                    "run": run,
                    "status": "ok",
                    "step_seconds": step * float(np.exp(0.01 * random.standard_normal())),
                    "compile_seconds": start if compiled else None,
                    "first_step_seconds": 0.1,
                    "cache": ("cached" if run else "cold") if compiled else "none",
                    "import_seconds": 0.7,
                }
                for run in range(count)
            ]
    pairs = comparisons([1.0], floor=0.02)["comparisons"]  # carries the noise floor of the device
    return {"runs": frame("runs", rows), "comparisons": pairs}


FASTER = {("torch", "eager"): 2.0, ("torch", "compile"): 1.0, ("jax", "eager"): 3.0, ("jax", "jit"): 1.0}
SLOWER = {("torch", "eager"): 1.0, ("torch", "compile"): 2.0, ("jax", "eager"): 1.0, ("jax", "jit"): 3.0}
DISAGREEING = {("torch", "eager"): 1.0, ("torch", "compile"): 2.0, ("jax", "eager"): 3.0, ("jax", "jit"): 1.0}


@pytest.mark.parametrize("identity", ["core-static-faster", "core-static-inference"])
@pytest.mark.parametrize(("planted", "verdict"), [(FASTER, SUPPORTED), (SLOWER, REFUTED), (DISAGREEING, MIXED)])
def test_compiled_against_eager(identity, planted, verdict):
    found = judge(ENTRIES[identity], Results("here", runs(planted)))
    assert found.verdict == verdict
    assert set(found.evidence["frameworks"]) == {"torch", "jax"}


def test_training_steps_say_nothing_of_inference():
    assert verdict_of("core-static-inference", Results("here", runs(FASTER, task="train"))) == UNMEASURED


def test_compiled_against_eager_needs_more_than_one_run():
    found = judge(ENTRIES["core-static-faster"], Results("here", runs(FASTER, count=1)))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "single runs have no interval")


@pytest.mark.parametrize(("first", "verdict"), [(20.0, SUPPORTED), (0.1, REFUTED)])
def test_compile_efficiency_is_decided_by_the_cold_start(first, verdict):
    found = judge(ENTRIES["alg-table-compile"], Results("here", runs(FASTER, first=first)))
    assert found.verdict == verdict
    torch = found.evidence["rows"][0]["torch"]
    assert torch["cold"] == pytest.approx(first + 0.1)
    assert torch["break_even_steps"] == pytest.approx(1 + first / 1.0, rel=0.05)


def parity(passed: int, failed: int, name: str, workload: str, family: str, task: str = "") -> dict[str, pd.DataFrame]:
    rows = [
        {
            "hardware": "here",
            "family": family,
            "workload": workload,
            "task": task or f"jacobian_{place}",
            "framework": framework,
            "mode": "eager",
            "name": name,
            "against": "reference",
            "tolerance": 1e-8,
            "status": "ok" if place < passed else "mismatch",
            "error": 1e-15 if place < passed else 0.1,
        }
        for place in range(passed + failed)
        for framework in ("torch", "jax")
    ]
    return {"parity": frame("parity", rows)}


@pytest.mark.parametrize(("passed", "failed", "verdict"), [(4, 0, SUPPORTED), (0, 4, REFUTED), (2, 2, MIXED)])
def test_parity_decides_whether_both_compute_the_same(passed, failed, verdict):
    derivatives = parity(passed, failed, "jacobian.x", "linear_jacobian", "autodiff")
    assert verdict_of("math-same", Results("here", derivatives)) == verdict
    curves = parity(passed, failed, "loss", "linear_regression", "training", "train")
    assert verdict_of("prac-same-curve", Results("here", curves)) == verdict
    assert verdict_of("math-same", Results("here", curves)) == UNMEASURED


@pytest.mark.parametrize(("ratio", "expected"), [(1.5, {SUPPORTED, MIXED}), (0.5, {REFUTED, MIXED})])
def test_intuition_is_weighed_against_time(ratio, expected):
    planted = comparisons([ratio] * 2, family="training", workload="linear_regression")
    found = judge(ENTRIES["prac-intuitive"], Results("here", planted))
    assert found.verdict in expected
    assert found.evidence["faster"] == (SUPPORTED if ratio > 1 else REFUTED)


@pytest.mark.parametrize(
    ("ratio", "forms", "verdict"),
    [
        (1.5, {"torch": 4, "jax": 2}, SUPPORTED),
        (0.5, {"torch": 2, "jax": 2}, REFUTED),
        (0.5, {"torch": 4, "jax": 2}, MIXED),
    ],
)
def test_the_choice_is_decided_by_time_and_control_flow(ratio, forms, verdict):
    names = ["eager.branch", "eager.loop", "compiled.branch", "compiled.loop"]
    rows = [
        event("control_flow", framework, name, 0.0, outcome="ok" if place < count else "raised")
        for framework, count in forms.items()
        for place, name in enumerate(names)
    ]
    planted = comparisons([ratio] * 4) | {"events": frame("events", rows)}
    found = judge(ENTRIES["faq-choose"], Results("here", planted))
    assert found.verdict == verdict
    assert len(found.evidence["table"]) == 4


# --- the application scenarios ----------------------------------------------------------------------------------------

STRONG = {
    "use-nlp": ("bert", "gpt"),
    "use-vision": ("resnet", "unet"),
    "use-rl": ("dqn", "ppo"),
    "use-health": ("dna_cnn", "gcn", "unet"),
    "use-driving": ("unet",),
}
KERNELS = (
    "equation_of_state",
    "heat_equation",
    "isoneutral_mixing",
    "least_squares",
    "nbody",
    "turbulent_kinetic_energy",
)


def compared(ratios: dict[str, list[float]], task: str = "train", **options) -> pd.DataFrame:
    """Comparisons of workloads of the family training; every further ratio is of another precision."""
    parts = [
        comparisons(values, family="training", workload=name, **options)["comparisons"]
        for name, values in ratios.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(task=task)


def cells(
    seconds: dict[tuple[str, str], float],
    *,
    workload: str,
    task: str = "train",
    size: str = "small",
    items: float = 512.0,
    **columns,
) -> pd.DataFrame:
    """Cells of variants with the given seconds per step."""
    return frame(
        "cells",
        [
            {
                "hardware": "here",
                "family": "training",
                "workload": workload,
                "task": task,
                "size": size,
                "precision": "float32",
                "device": "cpu",
                "framework": framework,
                "mode": mode,
                "status": "ok",
                "step_seconds": value,
                "items_per_second": items / value,
                **columns,
            }
            for (framework, mode), value in seconds.items()
        ],
    )


SCENARIOS = {
    "use-nlp": "language",
    "use-vision": "vision",
    "use-rl": "reinforcement",
    "use-health": "health",
    "use-driving": "driving",
    "use-finance": "finance",
}


@pytest.mark.parametrize("identity", SCENARIOS)
def test_the_rule_of_a_scenario_names_the_workloads_that_name_the_scenario(identity):
    names = catalogue.of_scenario(SCENARIOS[identity])
    rule = REGISTRY[identity].__doc__ or ""
    assert [name for name in names if not re.search(rf"\b{name}\b", rule)] == []
    timed = {item.name for item in catalogue.timed().values()}
    assert {word for word in re.findall(r"\b[a-z][a-z0-9_]+\b", rule) if word in timed} == set(names)


@pytest.mark.parametrize("identity", STRONG)
@pytest.mark.parametrize(
    ("ratios", "verdict"),
    [
        ([0.6] * 3, SUPPORTED),
        ([1.0] * 3, SUPPORTED),
        ([1.5] * 3, REFUTED),
        ([0.6, 1.0, 1.5], SUPPORTED),
        ([0.6, 1.0, 1.5, 1.5], MIXED),
        ([1.5, 1.5, 1.0], REFUTED),
    ],
)
def test_strong_means_not_slower(identity, ratios, verdict):
    planted = compared(dict.fromkeys(STRONG[identity], ratios))
    found = judge(ENTRIES[identity], Results("here", {"comparisons": planted}))
    assert found.verdict == verdict
    device = found.evidence["devices"]["cpu"]
    assert device["for"] + device["against"] + device["undecided"] == device["comparisons"] == len(planted)
    assert device["against"] == device["jax_faster"] == sum(entry["slower"] for entry in device["workloads"].values())


def test_a_tie_that_may_hide_a_gain_speaks_for_nobody():
    planted = compared(dict.fromkeys(("gpt", "bert"), [1.0] * 3), half_width=0.3)
    found = judge(ENTRIES["use-nlp"], Results("here", {"comparisons": planted}))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "intervals too wide")


@pytest.mark.parametrize("identity", [identity for identity, names in STRONG.items() if len(names) > 1])
def test_a_scenario_is_decided_by_all_of_its_workloads(identity):
    names = STRONG[identity]
    part = compared(dict.fromkeys(names[:-1], [0.6] * 3))
    failed = compared({names[-1]: [0.6]}).assign(verdict="not comparable", ratio=None)
    for planted in (part, pd.concat([part, failed], ignore_index=True)):
        found = judge(ENTRIES[identity], Results("here", {"comparisons": planted}))
        assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "a workload was not compared")
        assert found.evidence["devices"]["cpu"]["workloads"] == [names[-1]]


def test_a_device_that_lacks_a_workload_leaves_the_other_to_decide():
    planted = pd.concat([compared({"gpt": [0.6], "bert": [0.6]}), compared({"gpt": [1.5]}, device="cuda")])
    found = judge(ENTRIES["use-nlp"], Results("here", {"comparisons": planted}))
    assert found.verdict == SUPPORTED
    assert found.evidence["devices"]["cuda"]["reason"] == "a workload was not compared"


@pytest.mark.parametrize(("column", "value"), [("size", "batch-64"), ("size", "width-512"), ("task", "target")])
def test_scaling_curves_and_times_to_a_target_are_no_ordinary_comparisons(column, value):
    usual, other = compared({"gpt": [0.6] * 3, "bert": [0.6] * 3}), compared({"gpt": [1.5] * 40})
    results = Results("here", {"comparisons": pd.concat([usual, other.assign(**{column: value})])})
    assert len(results.comparisons()) == len(usual)
    assert verdict_of("use-nlp", results) == SUPPORTED
    assert verdict_of("bg-jax-efficiency", results) == REFUTED
    planted = runs(FASTER)["runs"]
    aside = Results("here", {"runs": planted.assign(**{column: value})})
    assert len(Results("here", {"runs": planted}).runs()) == len(planted)
    assert aside.runs().empty
    assert len(aside.curve_runs()) == (0 if column == "task" else len(planted))
    assert verdict_of("core-static-faster", aside) == UNMEASURED


def test_driving_is_decided_by_inference_and_by_training_where_there_is_none():
    training, inference = compared({"unet": [0.6] * 3}), compared({"unet": [1.5] * 3}, "forward")
    both = pd.concat([training, inference])
    assert verdict_of("use-driving", Results("here", {"comparisons": training})) == SUPPORTED
    assert verdict_of("use-driving", Results("here", {"comparisons": both})) == REFUTED


def test_the_time_per_frame_is_that_of_the_fastest_mode_at_the_largest_size():
    small = cells(
        {("torch", "eager"): 2.0, ("torch", "compile"): 1.0, ("jax", "jit"): 0.5},
        workload="unet",
        task="forward",
        items=8,
    )
    large = cells(
        {("torch", "eager"): 4.0, ("jax", "jit"): 8.0}, workload="unet", task="forward", size="large", items=32
    )
    alone = cells({("jax", "jit"): 8.0}, workload="unet", task="forward", size="large", precision="bfloat16")
    planted = {"comparisons": compared({"unet": [0.6] * 3}, "forward")}
    found = judge(ENTRIES["use-driving"], Results("here", planted | {"cells": small}))
    (rate,) = found.evidence["rates"]
    assert (rate["torch"], rate["jax"]) == (8.0, 16.0)
    found = judge(ENTRIES["use-driving"], Results("here", planted | {"cells": pd.concat([large, alone, small])}))
    (rate,) = found.evidence["rates"]
    assert (rate["size"], rate["precision"], rate["torch"], rate["jax"]) == ("large", "float32", 8.0, 4.0)


def test_updates_per_second_follow_from_the_updates_of_a_step():
    planted = {
        "comparisons": compared({"ppo": [0.6] * 3, "dqn": [0.6] * 3}),
        "cells": cells({("torch", "compile"): 2.0, ("jax", "jit"): 1.0}, workload="ppo"),
    }
    (rate,) = judge(ENTRIES["use-rl"], Results("here", planted)).evidence["rates"]
    assert (rate["torch"], rate["jax"]) == (256.0, 512.0)
    assert (rate["torch_updates"], rate["jax_updates"]) == (20.0, 40.0)  # ten epochs of four minibatches
    elsewhere = planted["cells"].assign(workload="dqn", size="unheard of")
    assert scenarios._updates(rate | {"workload": "dqn", "size": "unheard of"}) == {}
    assert judge(ENTRIES["use-rl"], Results("here", planted | {"cells": elsewhere})).evidence["rates"] == []


def test_the_lstm_is_measured_beside_the_claim_on_recurrent_networks():
    events = [
        event("packages", "torch", f"name.nn.{name}", 0.0, "torch.nn.modules.rnn") for name in ("RNN", "LSTM", "GRU")
    ] + [event("packages", "torch", "name.torchvision", outcome="absent")]
    planted = {"events": frame("events", events)}
    found = judge(ENTRIES["use-rnn"], Results("here", planted))
    assert (found.verdict, found.evidence["lstm"]) == (REFUTED, [])
    found = judge(ENTRIES["use-rnn"], Results("here", planted | {"comparisons": compared({"lstm": [1.5]})}))
    assert (found.verdict, found.evidence["lstm"][0]["ratio"]) == (REFUTED, 1.5)


# --- scaling curves ---------------------------------------------------------------------------------------------------

SIZES = (8, 16, 32, 64, 128)


def curve(
    times: list[float],
    *,
    framework: str = "torch",
    mode: str = "compile",
    kind: str = "batch",
    half_width: float | None = 0.02,
    **columns,
) -> pd.DataFrame:
    """Cells of a scaling curve whose work is proportional to its size."""
    rows = []
    for size, seconds in zip(SIZES, times, strict=False):
        low, high = (None, None) if half_width is None else (seconds * (1 - half_width), seconds * (1 + half_width))
        rows.append(
            {
                "hardware": "here",
                "family": "training",
                "workload": "planted",
                "task": "train",
                "size": f"{kind}-{size}",
                "precision": "float32",
                "device": "cpu",
                "framework": framework,
                "mode": mode,
                "status": "ok",
                "step_seconds": seconds,
                "step_seconds_low": low,
                "step_seconds_high": high,
                "flops": 1e6 * size,
                **columns,
            }
        )
    return frame("cells", rows)


CONSTANT, LINEAR, FALLING = [1.0] * 5, [float(size) for size in SIZES], [8.0, 8.0, 8.0, 40.0, 100.0]


def judged_curves(*parts: pd.DataFrame) -> Verdict:
    return judge(ENTRIES["trend-scale"], Results("here", {"cells": pd.concat(parts, ignore_index=True)}))


@pytest.mark.parametrize(
    ("torch", "jax", "verdict"),
    [
        (CONSTANT, CONSTANT, SUPPORTED),
        (LINEAR, LINEAR, REFUTED),
        (FALLING, FALLING, REFUTED),
        (CONSTANT, LINEAR, MIXED),
    ],
)
def test_throughput_that_grows_with_the_size_supports_the_forecast(torch, jax, verdict):
    found = judged_curves(curve(torch), curve(jax, framework="jax", mode="jit"))
    assert found.verdict == verdict
    assert [found.evidence["devices"]["cpu"][name]["curves"] for name in ("torch", "jax")] == [1, 1]
    assert len(found.evidence["curves"]) == 2


def test_a_curve_is_that_of_the_fastest_mode_at_every_size():
    modes = curve([1.0, 9.0, 1.0, 9.0, 1.0]), curve([9.0, 1.0, 9.0, 1.0, 9.0], mode="eager")
    (found,) = scaling_curves(Results("here", {"cells": pd.concat(modes)}).curve_cells())
    assert (found["points"], found["gain"], found["slope"]) == (5, pytest.approx(16.0), pytest.approx(0.0))


def test_the_slope_is_that_of_the_upper_half_and_a_device_is_filled_where_throughput_stops():
    cells = Results("here", {"cells": curve([1.0, 1.0, 1.0, 2.0, 4.0])}).curve_cells()
    (found,) = scaling_curves(cells)
    assert (found["slope"], found["filled_at"], found["speaks"]) == (pytest.approx(1.0), 32, "for")
    (found,) = scaling_curves(Results("here", {"cells": curve(CONSTANT)}).curve_cells())
    assert found["filled_at"] is None


def test_a_curve_within_its_intervals_decides_nothing():
    assert scaling_curves(Results("here", {"cells": curve(CONSTANT[:3])}).curve_cells()) == []
    wide = curve([1.0, 2.0, 4.0, 8.0, 14.0], half_width=0.2)
    found = judged_curves(wide, wide.assign(framework="jax", mode="jit"))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "intervals too wide")
    found = judged_curves(curve(CONSTANT, half_width=None), curve(CONSTANT, half_width=None, framework="jax"))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "single runs have no interval")


def test_usual_sizes_targets_and_uncounted_work_make_no_curve():
    for columns in (
        {"size": "small"},
        {"task": "target"},
        {"status": "oom"},
        {"family": "machine"},
        {"flops": 0.0},
        {"flops": None},
    ):
        found = judged_curves(curve(CONSTANT).assign(**columns))
        assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "no scaling curves")


@pytest.mark.parametrize(("ends", "verdict"), [(FASTER, SUPPORTED), (SLOWER, MIXED)])
def test_inference_counts_both_ends_of_the_curves_over_the_batch(ends, verdict):
    usual, middle = runs(FASTER), runs(SLOWER, problems=2)["runs"].assign(size="batch-32")
    points = [runs(ends, problems=2)["runs"].assign(size=f"batch-{size}") for size in (1, 256)]
    planted = usual | {"runs": pd.concat([usual["runs"], middle, *points], ignore_index=True)}
    found = judge(ENTRIES["core-static-inference"], Results("here", planted))
    assert found.verdict == verdict
    faster = 2 if ends is FASTER else 0
    assert found.evidence["batches"] == {
        end: {name: {"comparisons": 2, "compiled_faster": faster} for name in ("torch", "jax")}
        for end in ("smallest", "largest")
    }
    assert judge(ENTRIES["core-static-inference"], Results("here", usual)).evidence["batches"] == {}


# --- what the page says of them ---------------------------------------------------------------------------------------


def evident() -> dict[str, Verdict]:
    """Claims decided by planted results of a CPU, beside a GPU with too little."""
    names = sorted({name for names in STRONG.values() for name in names} | {"lstm"})
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
    frames["events"] = frame("events", [*layers, event("packages", "torch", "name.torchvision", outcome="absent")])
    told = (*STRONG, "use-rnn", "trend-scale", "core-static-inference", "core-static-faster", "bg-jax-efficiency")
    return {identity: judge(ENTRIES[identity], Results("here", frames)) for identity in told}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_evidence_of_training_workloads_can_be_told(language):
    blocks, words = prose.blocks(FOLDER / "text" / language / "claims.md"), read_words(FOLDER / "words.yaml", language)
    for identity, found in evident().items():
        assert found.verdict != UNMEASURED, identity
        evidence = json.loads(as_text(found.evidence))
        text = prose.render(blocks[identity], {"e": evidence, "w": words.under("evidence")}, language)
        assert len(text) > 40, identity


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_reason_has_words(language):
    words = read_words(FOLDER / "words.yaml", language)
    folder = Path(shared.__file__).parent
    sources = "".join(path.read_text() for path in folder.glob("*.py")) + inspect.getsource(rules)
    reasons = set(re.findall(r'Missing\("([^"]+)"', sources))
    assert len(reasons) > 10
    assert not [reason for reason in reasons if f"reason.{reason}" not in words]


# --- derivatives and kernels ------------------------------------------------------------------------------------------


def timed(family: str, seconds: dict[tuple[str, str, str, str], float], runs: int = 3) -> pd.DataFrame:
    """Runs by (workload, task, framework, mode) with a scatter of a thousandth."""
    return frame(
        "runs",
        [
            {
                "hardware": "here",
                "family": family,
                "workload": workload,
                "task": task,
                "size": "small",
                "run": run,
                "precision": "float64",
                "device": "cpu",
                "framework": framework,
                "mode": mode,
                "status": "ok",
                "step_seconds": step * (1 + 0.001 * run),
            }
            for (workload, task, framework, mode), step in seconds.items()
            for run in range(runs)
        ],
    )


def kernels(torch: float, jax: float, runs: int = 3) -> pd.DataFrame:
    """Three kernels that take NumPy a second each, and each framework what is said."""
    return timed(
        "science",
        {
            (name, "forward", framework, mode): step
            for name in ("a", "b", "c")
            for framework, mode, step in (("numpy", "eager", 1.0), ("torch", "eager", torch), ("jax", "jit", jax))
        },
        runs,
    )


def science(ratios: list[float]) -> pd.DataFrame:
    """Comparisons of every kernel."""
    return pd.concat(
        [comparisons(ratios, family="science", workload=name)["comparisons"] for name in KERNELS], ignore_index=True
    )


@pytest.mark.parametrize(
    ("torch", "jax", "verdict"), [(0.5, 0.4, SUPPORTED), (2.0, 3.0, REFUTED), (0.5, 3.0, MIXED), (1.0, 1.0, REFUTED)]
)
def test_tensors_are_efficient_if_both_frameworks_are_faster_than_numpy(torch, jax, verdict):
    assert verdict_of("bg-tensor-speed", Results("here", {"runs": kernels(torch, jax)})) == verdict


def test_a_framework_that_was_not_measured_beside_numpy_leaves_tensors_undecided():
    runs = kernels(0.5, 0.4)
    found = judge(ENTRIES["bg-tensor-speed"], Results("here", {"runs": runs[runs["framework"] != "jax"]}))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "NumPy was not timed")


def test_points_of_a_scaling_curve_beside_numpy_count_too():
    runs = kernels(0.5, 0.4)
    curve = kernels(2.0, 2.0).assign(size="elements-4096")
    found = judge(ENTRIES["bg-tensor-speed"], Results("here", {"runs": pd.concat([runs, curve])}))
    assert found.verdict == MIXED
    assert found.evidence["frameworks"]["torch"]["eager"] == {"of": 6, "for": 3, "against": 3, "undecided": 0}


def test_single_runs_beside_numpy_decide_nothing():
    assert verdict_of("bg-tensor-speed", Results("here", {"runs": kernels(0.5, 0.5, runs=1)})) == UNMEASURED


@pytest.mark.parametrize(
    ("ratio", "jax", "verdict"),
    [(1.5, 0.4, SUPPORTED), (1.0, 0.4, SUPPORTED), (0.5, 3.0, REFUTED), (1.5, 3.0, MIXED), (0.5, 0.4, MIXED)],
)
def test_jax_suits_high_performance_computing_if_it_is_not_slower_than_torch_and_faster_than_numpy(ratio, jax, verdict):
    frames = {"comparisons": science([ratio]), "runs": kernels(0.5, jax)}
    assert verdict_of("use-hpc", Results("here", frames)) == verdict


def test_one_kernel_alone_does_not_stand_for_high_performance_computing():
    frames = comparisons([1.5] * 3, family="science", workload="nbody") | {"runs": kernels(0.5, 0.4)}
    found = judge(ENTRIES["use-hpc"], Results("here", frames))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "a workload was not compared")


def test_without_numpy_nothing_is_said_of_high_performance_computing():
    found = judge(ENTRIES["use-hpc"], Results("here", {"comparisons": science([1.5])}))
    assert found.verdict == UNMEASURED
    assert found.evidence["reason"] == "NumPy was not timed"


@pytest.mark.parametrize(("ratio", "verdict"), [(0.5, SUPPORTED), (1.0, SUPPORTED), (1.5, REFUTED)])
def test_finance_is_decided_by_the_greeks(ratio, verdict):
    frames = comparisons([ratio] * 3, workload="option_greeks")
    assert verdict_of("use-finance", Results("here", frames)) == verdict


def errors(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """Rows of the gate: workload, precision, error, tolerance."""
    return frame(
        "parity",
        [
            {
                "hardware": "here",
                "family": "autodiff",
                "workload": workload,
                "task": "gradient",
                "framework": framework,
                "mode": mode,
                "name": "gradient",
                "against": "reference",
                "precision": precision,
                "error": error,
                "tolerance": tolerance,
                "status": "ok" if error <= tolerance else "mismatch",
            }
            for workload, precision, error, tolerance in rows
            for framework, mode in (("torch", "eager"), ("jax", "jit"))
        ],
    )


def test_the_error_of_every_workload_is_told_per_precision_and_float64_alone_decides():
    frames = {
        "parity": errors(
            ("gmm", "float64", 1e-14, 1e-8), ("vqe", "float64", 3e-13, 1e-8), ("gmm", "float32", 0.1, 1e-3)
        )
    }
    found = judge(ENTRIES["math-same"], Results("here", frames))
    assert found.verdict == SUPPORTED
    assert (found.evidence["checks"], found.evidence["derivatives"]) == (4, 4)
    assert found.evidence["errors"]["float64"]["worst"] == "vqe"
    assert found.evidence["errors"]["float32"]["workloads"] == {"gmm": 0.1}


def test_what_a_framework_does_not_offer_is_listed_and_functions_decide_nothing():
    gate = errors(("gmm", "float64", 1e-14, 1e-8))
    absent = gate[gate["framework"] == "torch"].assign(task="nth_taylor", status="unsupported", error=None)
    function = gate.assign(task="primal_complicated", status="mismatch")
    found = judge(ENTRIES["math-same"], Results("here", {"parity": pd.concat([gate, absent, function])}))
    assert found.verdict == SUPPORTED
    assert found.evidence["not_offered"] == ["gmm nth_taylor torch"]


def test_a_derivative_is_refuted_by_any_of_its_arrays():
    gate = errors(("gmm", "float64", 1.0, 1e-8))
    value = gate.assign(name="value", status="ok")
    assert verdict_of("math-same", Results("here", {"parity": pd.concat([gate, value])})) == REFUTED


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
    told = ("bg-tensor-speed", "use-hpc", "use-finance", "use-quantum", "math-same", "bg-jax-numerics")
    return {identity: judge(ENTRIES[identity], Results("here", frames)) for identity in told}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_evidence_of_derivatives_and_kernels_can_be_told(language):
    blocks, words = prose.blocks(FOLDER / "text" / language / "claims.md"), read_words(FOLDER / "words.yaml", language)
    for identity, found in derived().items():
        assert found.verdict != UNMEASURED, identity
        evidence = json.loads(as_text(found.evidence))
        assert len(prose.render(blocks[identity], {"e": evidence, "w": words.under("evidence")}, language)) > 40


@pytest.mark.parametrize("language", ["en", "zh"])
def test_curves_of_orders_and_costs_of_gradients_can_be_told(language):
    blocks = prose.blocks(FOLDER / "text" / language / "claims.md")
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
    curve = algorithms._curve_of_orders(Results("here", {"cells": points}))
    assert [point["order"] for point in curve["jax"]] == [1, 2, 6]
    orders = {"torch": [{"error": 1e-15}], "jax": [{"error": 1e-15}]}
    evidence = {"orders": orders, "without_create_graph": {"says": "no"}, "curve": curve}
    assert numbers.seconds(6e-5) in prose.render(blocks["alg-create-graph"], {"e": evidence}, language)
    costs = shared.gradient_costs(
        Results(
            "here",
            {
                "runs": timed(
                    "autodiff",
                    {("vqe", task, "torch", "eager"): step for task, step in (("primal", 1.0), ("gradient", 4.0))},
                )
            },
        )
    )
    assert (costs["torch"]["below"], costs["torch"]["of"]) == (1, 1)
    programs = {"forward": ["a"], "backward": ["b"], "cost_ratio": 2.0}
    text = prose.render(
        blocks["faq-recursive"], {"e": {"torch": programs, "jax": programs, "gradients": costs}}, language
    )
    assert "4.00" in text


# --- demonstrated claims, planted the other way -----------------------------------------------------------------------


def event(
    workload: str, framework: str, name: str, value: float | None = None, text: str = "", *, outcome: str = "ok"
) -> dict:
    return {
        "hardware": "here",
        "workload": workload,
        "framework": framework,
        "name": name,
        "outcome": outcome,
        "value": value,
        "text": text,
    }


def judged(identity: str, *rows: dict) -> str:
    return verdict_of(identity, Results("here", {"events": frame("events", list(rows))}))


def test_the_examples_can_decide_the_other_way():
    assert (
        judged(
            "bg-tf-engine",
            event("packages", "jax", "engine.compiler", text="HloModule"),
            event("packages", "jax", "engine.tensorflow", 12.0),
        )
        == SUPPORTED
    )
    assert judged("use-quantum", event("packages", "jax", "name.qlax", 700.0, '["jax/qlax.py"]')) == SUPPORTED
    assert (
        judged(
            "bg-dynamic",
            *(
                event("control_flow", "torch", f"graph.{sign}", text="MulBackward0")
                for sign in ("positive", "negative")
            ),
        )
        == REFUTED
    )
    assert (
        judged(
            "core-example-graph",
            event("graphs", "torch", "plain", 1.0, "AddBackward0"),
            event("graphs", "torch", "differentiated", 1.0, "AddBackward0"),
        )
        == SUPPORTED
    )
    assert judged("alg-ad-by-jit", event("derivatives", "jax", "without jit", outcome="raised")) == SUPPORTED
    assert (
        judged(
            "prac-python",
            *(event("packages", framework, "requires.python", text=">=3.6") for framework in ("torch", "jax")),
        )
        == SUPPORTED
    )
    names = ("definition", "first_call", "same_shape", "new_shape", "third_shape", "new_type")
    assert (
        judged(
            "faq-when-traced",
            *(event("tracing", framework, f"traces.{name}", 1.0) for framework in ("torch", "jax") for name in names),
        )
        == SUPPORTED
    )


@pytest.mark.parametrize(("first", "verdict"), [(1.5, SUPPORTED), (5.0, MIXED), (100.0, REFUTED)])
def test_calls_of_a_jitted_function(first, verdict):
    seconds = {"eager": 2.0, "first_call": first, "later_call": 1.0, "new_shape": first, "later_call_new_shape": 1.0}
    rows = [
        event("tracing", framework, f"seconds.{name}", value)
        for framework in ("torch", "jax")
        for name, value in seconds.items()
    ]
    assert judged("core-jit-always-fast", *rows) == verdict


@pytest.mark.parametrize(("share", "verdict"), [(0.9, SUPPORTED), (0.5, MIXED), (0.1, REFUTED)])
def test_the_share_of_functions_found(share, verdict):
    rows = [
        event("packages", framework, "share.numpy", share, '{"found": 1, "of": 2}') for framework in ("torch", "jax")
    ]
    assert judged("core-like-ndarray", *rows) == verdict


@pytest.mark.parametrize(("fitted", "verdict"), [(100, SUPPORTED), (50, MIXED), (0, REFUTED)])
def test_the_share_of_starts_that_are_fitted(fitted, verdict):
    losses = json.dumps({"values": [1e-4] * fitted + [1.0] * (100 - fitted)})
    rows = [event("linear_regression_examples", "torch", "fit.least squares", 4.0)]
    rows += [
        event("linear_regression_examples", framework, f"fit.{name}", 1.0, losses)
        for framework in ("torch", "jax")
        for name in ("loss", "prediction")
    ]
    assert judged("prac-torch-linreg", *rows) == verdict


@pytest.mark.parametrize(("error", "verdict"), [(0.0, SUPPORTED), (1.0, REFUTED)])
def test_patterns_that_run_and_are_right_work(error, verdict):
    rows = [
        event("linear_regression_examples", framework, f"pattern.{name}", error)
        for framework in ("torch", "jax")
        for name in ("random module", "closed-over parameters")
    ]
    assert judged("prac-jax-linreg", *rows) == verdict


def test_an_example_that_was_not_reached_decides_nothing():
    found = judge(
        ENTRIES["bg-dynamic"],
        Results(
            "here",
            {
                "events": frame(
                    "events",
                    [event("control_flow", "torch", "unfinished", text="MemoryError: no memory", outcome="raised")],
                )
            },
        ),
    )
    assert (found.verdict, found.evidence["message"]) == (UNMEASURED, "MemoryError: no memory")


# --- size of code -----------------------------------------------------------------------------------------------------

SOURCE = '''"""A docstring
of two lines."""
import jax
import jax.numpy as jnp
from jax import lax


def f(x):
    """One line."""
    # a comment
    y = jnp.tanh(x)  # another
    return lax.scan(jnp.tanh, y, jax.random.key(0))
'''


def test_code_is_counted_without_docstrings_comments_and_imports(tmp_path):
    path = tmp_path / "source.py"
    path.write_text(SOURCE)
    assert code_size.code_size(path, "jax") == {"lines": 3, "tokens": 34, "names": 3}
    assert code_size.code_size(path, "torch")["names"] == 0


def test_the_real_workloads_are_counted_on_both_sides():
    sizes = shared.code_sizes()
    assert "training/linear_regression" in sizes
    assert not [name for name in sizes if name.startswith(("examples/", "machine/"))]
    assert all(both[framework]["names"] > 0 for both in sizes.values() for framework in ("torch", "jax"))


@pytest.mark.parametrize(("tokens", "verdict"), [(120, SUPPORTED), (102, MIXED), (100, REFUTED), (80, REFUTED)])
def test_fewer_tokens_speak_for_torch(tokens, verdict):
    one = {"torch": {"lines": 10, "tokens": 100, "names": 5}, "jax": {"lines": 10, "tokens": tokens, "names": 5}}
    assert code_size.smaller_code({"a": one, "b": one})[0] == verdict


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_writes_a_row_per_claim_and_machine(tmp_path: Path):
    planted = comparisons([1.5] * 6)["comparisons"]
    rows = json.loads(planted.to_json(orient="records"))
    schema.write(tmp_path / "comparisons.parquet", "comparisons", rows)
    (tmp_path / "machines.json").write_text('{"here": {}, "there": {}}')
    main(["--tables", str(tmp_path), "--machine", "here", "--output", str(tmp_path / "claims.parquet")])
    found = schema.read(tmp_path / "claims.parquet", "claims")
    assert [(row["hardware"], row["id"]) for row in found] == [
        (machine, identity) for machine in ("here", "there") for identity in ENTRIES
    ]
    verdicts = {row["hardware"]: row["verdict"] for row in found if row["id"] == "bg-jax-efficiency"}
    assert verdicts == {"here": SUPPORTED, "there": UNMEASURED}
    assert (tmp_path / "claims.csv").exists()
    assert all(isinstance(json.loads(row["evidence"]), dict) for row in found)


def test_evidence_that_is_too_long_loses_the_end_of_its_longest_list():
    text = as_text({"table": [{"text": "x" * 100}] * 1000, "kept": [1, 2]})
    found = json.loads(text)
    assert len(text) <= schema.LONGEST_TEXT
    assert (found["kept"], found["shortened"]) == ([1, 2], True)


# --- trends -----------------------------------------------------------------------------------------------------------


def rates(torch: float, jax: float, runs: int = 3) -> Results:
    """A loop that takes so many times as long as all learning rates at once."""
    steps = {
        ("learning_rates", task, framework, mode): seconds
        for framework, mode, ratio in (("torch", "compile", torch), ("jax", "jit", jax))
        for task, seconds in (("together", 1.0), ("loop", ratio))
    }
    return Results("here", {"runs": timed("training", steps, runs)})


@pytest.mark.parametrize(
    ("torch", "jax", "verdict"), [(4.0, 3.0, SUPPORTED), (0.5, 0.9, REFUTED), (1.0, 1.0, REFUTED), (4.0, 0.5, MIXED)]
)
def test_training_at_once_is_judged_against_a_loop_in_both_frameworks(torch, jax, verdict):
    assert verdict_of("trend-automl", rates(torch, jax)) == verdict


def test_training_at_once_in_single_runs_or_one_framework_decides_nothing():
    assert verdict_of("trend-automl", rates(4.0, 4.0, runs=1)) == UNMEASURED
    alone = timed("training", {("learning_rates", task, "jax", "jit"): 1.0 for task in ("together", "loop")})
    assert verdict_of("trend-automl", Results("here", {"runs": alone})) == UNMEASURED


def explained(*outcomes: tuple[str, str]) -> Results:
    """Results of integrated gradients by framework and status of the gate, with times and completeness."""
    gate = frame(
        "parity",
        [
            {
                "hardware": "here",
                "family": "autodiff",
                "workload": "integrated_gradients",
                "task": "attribution",
                "framework": framework,
                "mode": "eager",
                "status": status,
                "name": "attribution",
                "against": "reference",
                "precision": "float64",
                "error": 1e-15 if status == "ok" else 0.1,
                "tolerance": 1e-8,
            }
            for framework, status in outcomes
        ],
    )
    cells = frame(
        "cells",
        [
            {
                "hardware": "here",
                "family": "autodiff",
                "workload": "integrated_gradients",
                "task": "attribution",
                "size": "small",
                "precision": "float64",
                "device": "cpu",
                "framework": framework,
                "mode": "eager",
                "status": "ok",
                "step_seconds": 1.0,
                "metrics": json.dumps({"completeness_error": 2e-4}),
            }
            for framework in ("torch", "jax")
        ],
    )
    return Results("here", comparisons([1.5], workload="integrated_gradients") | {"parity": gate, "cells": cells})


@pytest.mark.parametrize(
    ("torch", "jax", "verdict"), [("ok", "ok", SUPPORTED), ("mismatch", "mismatch", REFUTED), ("ok", "mismatch", MIXED)]
)
def test_explanations_are_judged_by_their_agreement(torch, jax, verdict):
    found = judge(ENTRIES["trend-explain"], explained(("torch", torch), ("jax", jax)))
    assert found.verdict == verdict
    assert found.evidence["completeness"] == {"torch": 2e-4, "jax": 2e-4}


def test_an_explanation_of_one_framework_agrees_with_nothing():
    assert verdict_of("trend-explain", explained(("torch", "ok"))) == UNMEASURED


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_evidence_of_trends_can_be_told(language):
    blocks = prose.blocks(FOLDER / "text" / language / "claims.md")
    for identity, results in (
        ("trend-automl", rates(4.0, 3.0)),
        ("trend-explain", explained(("torch", "ok"), ("jax", "ok"))),
    ):
        evidence = json.loads(as_text(judge(ENTRIES[identity], results).evidence))
        assert len(prose.render(blocks[identity], {"e": evidence}, language)) > 40


# --- transformations --------------------------------------------------------------------------------------------------


def tried(*wrong: tuple[str, str]) -> Results:
    """Every transformation right in both modes but those named, which raise when compiled and are wrong eagerly."""
    rows = []
    for framework in vocabulary.COMPARED:
        for name in (*algorithms.BASIC, "scan, forward"):
            bad = (framework, name) in wrong
            rows += [
                event("transformations", framework, f"eager.{name}", 4.0 if bad else 1e-16),
                event(
                    "transformations",
                    framework,
                    f"compiled.{name}",
                    None if bad else 1e-16,
                    outcome="raised" if bad else "ok",
                ),
            ]
    return Results("here", {"events": frame("events", rows)})


@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [
        ([], SUPPORTED),
        ([("torch", "scan, forward"), ("jax", "scan, forward")], SUPPORTED),
        ([("torch", "hessian")], MIXED),
        ([("torch", "hessian"), ("jax", "jvp")], REFUTED),
    ],
)
def test_automatic_differentiation_is_decided_by_the_transformations_that_the_claim_names(wrong, verdict):
    found = judge(ENTRIES["alg-table-autodiff"], tried(*wrong))
    assert found.verdict == verdict
    assert len(found.evidence["torch"]["wrong"]) == sum(framework == "torch" for framework, _ in wrong)
