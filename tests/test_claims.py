"""Judgements of claims: the rules, on planted results that decide them either way, and on none."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench import claims, judging, schema
from bench.judging import MIXED, OPINION, REFUTED, SUPPORTED, UNMEASURED, Missing, Results, by_parts, by_share

ENTRIES = {entry["id"]: entry for entry in claims.read_claims()}
SECTIONS = range(1, 10)


def verdict_of(identity: str, results: Results) -> str:
    return claims.judge(ENTRIES[identity], results).verdict


def frame(table: str, rows: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(schema.TABLES[table]))


# --- the list of claims -----------------------------------------------------------------------------------------------


def test_there_are_64_claims_in_the_order_of_the_sections():
    assert len(ENTRIES) == len(claims.read_claims()) == 64
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
    assert set(claims.REGISTRY) <= set(ENTRIES)


def test_every_rule_is_written_down():
    assert all(judge.__doc__ and len(judge.__doc__) > 40 for judge in claims.REGISTRY.values())


def test_a_claim_is_not_judged_twice():
    with pytest.raises(ValueError, match="judged twice"):
        judging.claim("bg-dynamic")(lambda results: judging.Verdict(MIXED, {}))


# --- without data -----------------------------------------------------------------------------------------------------

NEED_NO_RESULTS = {"alg-table-suited": OPINION, "alg-table-ease": None, "res-bibliography": None}
"""Decided by nothing, or by the project's own files."""


@pytest.mark.parametrize("identity", [identity for identity in ENTRIES if identity not in NEED_NO_RESULTS])
def test_without_data_nothing_is_decided_and_the_reason_is_said(identity):
    for results in (Results("here", {}), Results("here", {name: frame(name, []) for name in (
            "runs", "cells", "comparisons", "parity", "noise", "events", "peaks")})):
        found = claims.judge(ENTRIES[identity], results)
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


@pytest.mark.parametrize(("counts", "verdict"), [
    ((3, 0, 0), SUPPORTED), ((2, 1, 0), SUPPORTED), ((2, 0, 1), SUPPORTED), ((1, 1, 0), MIXED), ((1, 2, 0), REFUTED),
    ((0, 3, 0), REFUTED), ((0, 2, 1), REFUTED), ((1, 1, 1), MIXED), ((0, 1, 1), MIXED)])
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
        judging.Verdict(SUPPORTED, {"array": np.ones(2)})
    with pytest.raises(ValueError, match="verdict is 'true'"):
        judging.Verdict("true", {})


# --- measured claims, planted both ways -------------------------------------------------------------------------------


def comparisons(ratios: list[float], *, half_width: float | None = 0.02, device: str = "cpu", family: str = "autodiff",
                workload: str = "planted", floor: float = 0.01) -> dict[str, pd.DataFrame]:
    """Best pairs with torch/jax ratios, each with a relative interval, and the verdict that follows from it."""
    rows = []
    for place, ratio in enumerate(ratios):
        low, high = (None, None) if half_width is None else (ratio * (1 - half_width), ratio * (1 + half_width))
        verdict = judging.statistics.verdict(ratio, low, high, 0.001 if low else None, floor)
        rows.append({"hardware": "here", "family": family, "workload": workload, "task": f"t{place}", "size": "small",
                     "precision": "float64", "device": device, "torch_mode": "compile", "jax_mode": "jit",
                     "ratio": ratio, "ratio_low": low, "ratio_high": high, "verdict": verdict, "best": True,
                     "noise_floor": floor, "parity_error": 1e-14})
    return {"comparisons": frame("comparisons", rows)}


@pytest.mark.parametrize(("ratios", "verdict"), [
    ([1.5] * 6, SUPPORTED), ([0.6] * 6, REFUTED), ([1.0] * 6, REFUTED), ([1.5, 1.5, 1.5, 0.6, 0.6, 0.6], MIXED),
    ([1.5] * 4 + [1.0] * 2, SUPPORTED), ([1.5] * 3 + [1.0] * 3, MIXED)])
def test_efficiency_is_decided_by_the_share_of_comparisons(ratios, verdict):
    found = claims.judge(ENTRIES["bg-jax-efficiency"], Results("here", comparisons(ratios)))
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
    found = claims.judge(ENTRIES["bg-jax-efficiency"], Results("here", comparisons([1.05] * 6, half_width=0.5)))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "intervals too wide")


def test_single_runs_decide_nothing():
    found = claims.judge(ENTRIES["bg-jax-efficiency"], Results("here", comparisons([2.0] * 6, half_width=None)))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "single runs have no interval")


def test_what_is_not_comparable_is_counted_and_decides_nothing():
    planted = comparisons([1.5] * 6)
    planted["comparisons"].loc[3:, ["verdict", "ratio"]] = ["not comparable", None]
    found = claims.judge(ENTRIES["bg-jax-efficiency"], Results("here", planted))
    assert (found.verdict, found.evidence["not_comparable"]) == (SUPPORTED, 3)


def test_devices_that_disagree_make_it_mixed():
    parts = [comparisons([ratio] * 4, device=device)["comparisons"] for ratio, device in ((1.5, "cpu"), (0.5, "cuda"))]
    found = claims.judge(ENTRIES["bg-jax-efficiency"], Results("here", {"comparisons": pd.concat(parts)}))
    assert found.verdict == MIXED
    assert {name: part["verdict"] for name, part in found.evidence["devices"].items()} == {
        "cpu": SUPPORTED, "cuda": REFUTED}


def test_a_device_without_data_leaves_the_other_to_decide():
    known, unknown = comparisons([1.5] * 4), comparisons([1.5] * 4, half_width=None, device="cuda")
    both = pd.concat([known["comparisons"], unknown["comparisons"]])
    found = claims.judge(ENTRIES["bg-jax-efficiency"], Results("here", {"comparisons": both}))
    assert found.verdict == SUPPORTED
    assert found.evidence["devices"]["cuda"]["reason"] == "single runs have no interval"


def runs(seconds: dict[tuple[str, str], float], *, count: int = 5, task: str = "forward", first: float = 1.0,
         family: str = "training", problems: int = 3) -> dict[str, pd.DataFrame]:
    """Runs of variants with 1 % of noise around the given seconds per step; compiled ones start in `first` seconds."""
    random = np.random.default_rng(5)
    rows = []
    for place in range(problems):
        for (framework, mode), step in seconds.items():
            compiled = mode != "eager"
            start = first if framework == "torch" else 1.0
            rows += [{"hardware": "here", "family": family, "workload": f"planted{place}", "task": task,
                      "size": "small", "precision": "float32", "device": "cpu", "framework": framework, "mode": mode,
                      "run": run, "status": "ok", "step_seconds": step * float(np.exp(0.01 * random.standard_normal())),
                      "compile_seconds": start if compiled else None, "first_step_seconds": 0.1,
                      "cache": ("cached" if run else "cold") if compiled else "none", "import_seconds": 0.7}
                     for run in range(count)]
    pairs = comparisons([1.0], floor=0.02)["comparisons"]  # carries the noise floor of the device
    return {"runs": frame("runs", rows), "comparisons": pairs}


FASTER = {("torch", "eager"): 2.0, ("torch", "compile"): 1.0, ("jax", "eager"): 3.0, ("jax", "jit"): 1.0}
SLOWER = {("torch", "eager"): 1.0, ("torch", "compile"): 2.0, ("jax", "eager"): 1.0, ("jax", "jit"): 3.0}
DISAGREEING = {("torch", "eager"): 1.0, ("torch", "compile"): 2.0, ("jax", "eager"): 3.0, ("jax", "jit"): 1.0}


@pytest.mark.parametrize("identity", ["core-static-faster", "core-static-inference"])
@pytest.mark.parametrize(("planted", "verdict"), [(FASTER, SUPPORTED), (SLOWER, REFUTED), (DISAGREEING, MIXED)])
def test_compiled_against_eager(identity, planted, verdict):
    found = claims.judge(ENTRIES[identity], Results("here", runs(planted)))
    assert found.verdict == verdict
    assert set(found.evidence["frameworks"]) == {"torch", "jax"}


def test_training_steps_say_nothing_of_inference():
    assert verdict_of("core-static-inference", Results("here", runs(FASTER, task="train"))) == UNMEASURED


def test_compiled_against_eager_needs_more_than_one_run():
    found = claims.judge(ENTRIES["core-static-faster"], Results("here", runs(FASTER, count=1)))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "single runs have no interval")


@pytest.mark.parametrize(("first", "verdict"), [(20.0, SUPPORTED), (0.1, REFUTED)])
def test_compile_efficiency_is_decided_by_the_cold_start(first, verdict):
    found = claims.judge(ENTRIES["alg-table-compile"], Results("here", runs(FASTER, first=first)))
    assert found.verdict == verdict
    torch = found.evidence["rows"][0]["torch"]
    assert torch["cold"] == pytest.approx(first + 0.1)
    assert torch["break_even_steps"] == pytest.approx(1 + first / 1.0, rel=0.05)


def parity(passed: int, failed: int, name: str, workload: str, family: str) -> dict[str, pd.DataFrame]:
    rows = [{"hardware": "here", "family": family, "workload": workload, "task": "train", "framework": "torch",
             "mode": "eager", "status": "ok" if place < passed else "mismatch", "name": name, "against": "reference",
             "error": 1e-15 if place < passed else 0.1, "tolerance": 1e-8} for place in range(passed + failed)]
    return {"parity": frame("parity", rows)}


@pytest.mark.parametrize(("passed", "failed", "verdict"), [(4, 0, SUPPORTED), (0, 4, REFUTED), (2, 2, MIXED)])
def test_parity_decides_whether_both_compute_the_same(passed, failed, verdict):
    derivatives = parity(passed, failed, "jacobian.x", "linear_jacobian", "autodiff")
    assert verdict_of("math-same", Results("here", derivatives)) == verdict
    curves = parity(passed, failed, "loss", "linear_regression", "training")
    assert verdict_of("prac-same-curve", Results("here", curves)) == verdict
    assert verdict_of("math-same", Results("here", curves)) == UNMEASURED


@pytest.mark.parametrize(("ratio", "expected"), [(1.5, {SUPPORTED, MIXED}), (0.5, {REFUTED, MIXED})])
def test_intuition_is_weighed_against_time(ratio, expected):
    planted = comparisons([ratio] * 2, family="training", workload="linear_regression")
    found = claims.judge(ENTRIES["prac-intuitive"], Results("here", planted))
    assert found.verdict in expected
    assert found.evidence["faster"] == (SUPPORTED if ratio > 1 else REFUTED)


@pytest.mark.parametrize(("ratio", "forms", "verdict"), [
    (1.5, {"torch": 4, "jax": 2}, SUPPORTED), (0.5, {"torch": 2, "jax": 2}, REFUTED),
    (0.5, {"torch": 4, "jax": 2}, MIXED)])
def test_the_choice_is_decided_by_time_and_control_flow(ratio, forms, verdict):
    names = ["eager.branch", "eager.loop", "compiled.branch", "compiled.loop"]
    rows = [event("control_flow", framework, name, 0.0, outcome="ok" if place < count else "raised")
            for framework, count in forms.items() for place, name in enumerate(names)]
    planted = comparisons([ratio] * 4) | {"events": frame("events", rows)}
    found = claims.judge(ENTRIES["faq-choose"], Results("here", planted))
    assert found.verdict == verdict
    assert len(found.evidence["table"]) == 4


# --- demonstrated claims, planted the other way -----------------------------------------------------------------------


def event(workload: str, framework: str, name: str, value: float | None = None, text: str = "", *,
          outcome: str = "ok") -> dict:
    return {"hardware": "here", "workload": workload, "framework": framework, "name": name, "outcome": outcome,
            "value": value, "text": text}


def judged(identity: str, *rows: dict) -> str:
    return verdict_of(identity, Results("here", {"events": frame("events", list(rows))}))


def test_the_examples_can_decide_the_other_way():
    assert judged("bg-tf-engine", event("packages", "jax", "engine.compiler", text="HloModule"),
                  event("packages", "jax", "engine.tensorflow", 12.0)) == SUPPORTED
    assert judged("use-quantum", event("packages", "jax", "name.qlax", 700.0, '["jax/qlax.py"]')) == SUPPORTED
    assert judged("bg-dynamic", *(event("control_flow", "torch", f"graph.{sign}", text="MulBackward0")
                                  for sign in ("positive", "negative"))) == REFUTED
    assert judged("core-example-graph", event("graphs", "torch", "plain", 1.0, "AddBackward0"),
                  event("graphs", "torch", "differentiated", 1.0, "AddBackward0")) == SUPPORTED
    assert judged("alg-ad-by-jit", event("derivatives", "jax", "without jit", outcome="raised")) == SUPPORTED
    assert judged("prac-python", *(event("packages", framework, "requires.python", text=">=3.6")
                                   for framework in ("torch", "jax"))) == SUPPORTED
    names = ("definition", "first_call", "same_shape", "new_shape", "third_shape", "new_type")
    assert judged("faq-when-traced", *(event("tracing", framework, f"traces.{name}", 1.0)
                                       for framework in ("torch", "jax") for name in names)) == SUPPORTED


@pytest.mark.parametrize(("first", "verdict"), [(1.5, SUPPORTED), (5.0, MIXED), (100.0, REFUTED)])
def test_calls_of_a_jitted_function(first, verdict):
    seconds = {"eager": 2.0, "first_call": first, "later_call": 1.0, "new_shape": first, "later_call_new_shape": 1.0}
    rows = [event("tracing", framework, f"seconds.{name}", value) for framework in ("torch", "jax")
            for name, value in seconds.items()]
    assert judged("core-jit-always-fast", *rows) == verdict


@pytest.mark.parametrize(("share", "verdict"), [(0.9, SUPPORTED), (0.5, MIXED), (0.1, REFUTED)])
def test_the_share_of_functions_found(share, verdict):
    rows = [event("packages", framework, "share.numpy", share, '{"found": 1, "of": 2}')
            for framework in ("torch", "jax")]
    assert judged("core-like-ndarray", *rows) == verdict


@pytest.mark.parametrize(("fitted", "verdict"), [(100, SUPPORTED), (50, MIXED), (0, REFUTED)])
def test_the_share_of_starts_that_are_fitted(fitted, verdict):
    losses = json.dumps({"values": [1e-4] * fitted + [1.0] * (100 - fitted)})
    rows = [event("linear_regression_examples", "torch", "fit.least squares", 4.0)]
    rows += [event("linear_regression_examples", framework, f"fit.{name}", 1.0, losses)
             for framework in ("torch", "jax") for name in ("loss", "prediction")]
    assert judged("prac-torch-linreg", *rows) == verdict


@pytest.mark.parametrize(("error", "verdict"), [(0.0, SUPPORTED), (1.0, REFUTED)])
def test_patterns_that_run_and_are_right_work(error, verdict):
    rows = [event("linear_regression_examples", framework, f"pattern.{name}", error) for framework in ("torch", "jax")
            for name in ("random module", "closed-over parameters")]
    assert judged("prac-jax-linreg", *rows) == verdict


def test_an_example_that_was_not_reached_decides_nothing():
    found = claims.judge(ENTRIES["bg-dynamic"], Results("here", {"events": frame("events", [
        event("control_flow", "torch", "unfinished", text="MemoryError: no memory", outcome="raised")])}))
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
    assert judging.code_size(path, "jax") == {"lines": 3, "tokens": 34, "names": 3}
    assert judging.code_size(path, "torch")["names"] == 0


def test_the_real_workloads_are_counted_on_both_sides():
    sizes = claims._sizes()
    assert "training/linear_regression" in sizes
    assert not [name for name in sizes if name.startswith(("graph/", "machine/"))]
    assert all(both[framework]["names"] > 0 for both in sizes.values() for framework in ("torch", "jax"))


@pytest.mark.parametrize(("tokens", "verdict"), [(120, SUPPORTED), (102, MIXED), (100, REFUTED), (80, REFUTED)])
def test_fewer_tokens_speak_for_torch(tokens, verdict):
    one = {"torch": {"lines": 10, "tokens": 100, "names": 5}, "jax": {"lines": 10, "tokens": tokens, "names": 5}}
    assert judging.smaller_code({"a": one, "b": one})[0] == verdict


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_writes_a_row_per_claim_and_machine(tmp_path: Path):
    planted = comparisons([1.5] * 6)["comparisons"]
    rows = json.loads(planted.to_json(orient="records"))
    schema.write(tmp_path / "comparisons.parquet", "comparisons", rows)
    (tmp_path / "machines.json").write_text('{"here": {}, "there": {}}')
    claims.main(["--tables", str(tmp_path), "--machine", "here", "--output", str(tmp_path / "claims.parquet")])
    found = schema.read(tmp_path / "claims.parquet", "claims")
    assert [(row["hardware"], row["id"]) for row in found] == [
        (machine, identity) for machine in ("here", "there") for identity in ENTRIES]
    verdicts = {row["hardware"]: row["verdict"] for row in found if row["id"] == "bg-jax-efficiency"}
    assert verdicts == {"here": SUPPORTED, "there": UNMEASURED}
    assert (tmp_path / "claims.csv").exists()
    assert all(isinstance(json.loads(row["evidence"]), dict) for row in found)


def test_evidence_that_is_too_long_loses_the_end_of_its_longest_list():
    text = claims.as_text({"table": [{"text": "x" * 100}] * 1000, "kept": [1, 2]})
    found = json.loads(text)
    assert len(text) <= schema.LONGEST_TEXT
    assert (found["kept"], found["shortened"]) == ([1, 2], True)
