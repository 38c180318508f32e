"""Judging every claim of the list: with no data, with examples that decide otherwise, and as a command."""

import json
import re
from pathlib import Path

import pytest

from bench import schema
from bench.claims.evidence import OPINION, REFUTED, REGISTRY, SUPPORTED, UNMEASURED, Results
from bench.claims.judge import SETTLED, as_text, judge, read_claims
from scripts.judge import main
from tests.bench.claims.planted import ENTRIES, comparisons, event, frame, judged
from tests.checkout import CLAIMS

SECTIONS = range(1, 10)


def test_there_are_64_claims_of_the_article_and_one_of_ours_in_the_order_of_the_sections():
    assert len(ENTRIES) == len(read_claims(CLAIMS)) == 65
    assert sum(entry["says"]["en"].startswith("Asked here, not in the original:") for entry in ENTRIES.values()) == 1
    sections = [entry["section"] for entry in ENTRIES.values()]
    assert sections == sorted(sections)
    assert set(sections) == set(SECTIONS)


@pytest.mark.parametrize("identity", ENTRIES)
def test_a_claim_is_said_and_decided_in_both_languages(identity):
    entry = ENTRIES[identity]
    assert set(entry) == {"id", "section", "kind", "says", "decide"}
    assert entry["kind"] in ("measured", "demonstrated", "looked-up", *SETTLED)
    for words in (entry["says"], entry["decide"]):
        assert set(words) == {"en", "zh"}
        assert all(text.strip() == text and len(text) > 3 for text in words.values())
        assert re.search("[\u4e00-\u9fff]", words["zh"])
        assert not re.search("[\u4e00-\u9fff]", words["en"])


def test_every_function_judges_a_claim_of_the_list():
    assert set(REGISTRY) <= set(ENTRIES)


def test_every_rule_is_written_down():
    assert all(decide.__doc__ and len(decide.__doc__) > 40 for decide in REGISTRY.values())


NEVER_DECIDED = {identity: SETTLED[entry["kind"]] for identity, entry in ENTRIES.items() if entry["kind"] in SETTLED}
"""Opinions and forecasts."""


@pytest.mark.parametrize("identity", [name for name in ENTRIES if name not in NEVER_DECIDED])
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


@pytest.mark.parametrize("identity", NEVER_DECIDED)
def test_an_opinion_and_a_forecast_stay_what_they_are(identity):
    found = judge(ENTRIES[identity], Results("here", {}))
    assert (found.verdict, found.evidence) == (NEVER_DECIDED[identity], {})


def test_who_uses_what_and_what_will_come_is_never_decided():
    opinions = {"use-finance", "use-driving", "use-health", "prac-intuitive", "trend-explain", "core-dev-deploy"}
    assert {identity for identity, verdict in NEVER_DECIDED.items() if verdict == OPINION} >= opinions
    assert NEVER_DECIDED.keys() >= {"trend-scale", "trend-automl", "trend-platforms"}


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


def test_the_command_writes_a_row_per_claim_and_machine(tmp_path: Path):
    planted = comparisons([1.5] * 6)["comparisons"]
    rows = json.loads(planted.to_json(orient="records"))
    schema.write(tmp_path / "comparisons.parquet", "comparisons", rows)
    schema.write(tmp_path / "events.parquet", "events", [event("any", "jax", "any") | {"hardware": "there"}])
    main(["--tables", str(tmp_path), "--machine", "here", "--output", str(tmp_path / "claims.parquet")])
    found = schema.read(tmp_path / "claims.parquet", "claims")
    assert [(row["hardware"], row["id"]) for row in found] == [
        (machine, identity) for machine in ("here", "there") for identity in ENTRIES
    ]
    verdicts = {row["hardware"]: row["verdict"] for row in found if row["id"] == "bg-jax-efficiency"}
    assert verdicts == {"here": SUPPORTED, "there": UNMEASURED}
    assert [row["verdict"] for row in found if row["id"] == "alg-table-ease"] != [UNMEASURED] * 2
    assert (tmp_path / "claims.csv").exists()
    assert all(isinstance(json.loads(row["evidence"]), dict) for row in found)


def test_evidence_that_is_too_long_loses_the_end_of_its_longest_list():
    for evidence in ({"table": [{"text": "x" * 100}] * 1000}, {"devices": {"cpu": {"turns": ["x" * 100] * 1000}}}):
        text = as_text(evidence | {"kept": [1, 2]})
        found = json.loads(text)
        assert len(text) <= schema.LONGEST_TEXT
        assert (found["kept"], found["shortened"]) == ([1, 2], True)
    with pytest.raises(ValueError, match="no list that could be shortened"):
        as_text({"text": "x" * 2 * schema.LONGEST_TEXT})
