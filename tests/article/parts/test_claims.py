"""The boxes of the claims."""

import json
import re
from types import SimpleNamespace

import pandas as pd
import pytest

from article.parts.claims import claim_box, evidence_text, judged_claims, stated_claims, vote_sentences
from article.section import Section
from bench import schema
from bench.claims.evidence import Results
from bench.claims.judge import as_text, judge
from bench.results.outcomes import as_object
from tests.article.planted import OWN
from tests.bench.claims.planted import CONSTANT, ENTRIES, LINEAR, compared, curve, frame
from tests.checkout import ROOT

PUBLISHED = ROOT / "results/published"


@pytest.mark.parametrize(
    "evidence", ['{"positive": 3, "negative": null}', "[]", "no JSON", '{"reason": "<b>x</b>"}', "null"]
)
def test_another_machines_evidence_may_hold_anything(tables, evidence):
    (claim,) = (claim for claim in stated_claims() if claim["id"] == "bg-dynamic")
    judged = {(OWN, "bg-dynamic"): SimpleNamespace(verdict="mixed", evidence=evidence)}
    html = claim_box(Section(tables, "en", OWN, 1), claim, judged)
    assert "<b>x" not in html
    assert "mixed" in html


def votes(**others):
    """Evidence of one device by votes."""
    found = {"votes": 8, "for": 6, "against": 0, "open": 1, "turning": 1, "least": 5, "share": "mixed", "along": 0}
    return found | {"sizes": {}, "turns": [], "leave_one_out": {"least": None, "most": None, "changes": {}}} | others


def turn(workload, first="for", **others):
    """A workload that says one thing at small and another at medium."""
    return {
        "workload": workload,
        "task": None,
        "first": first,
        "from_size": "small",
        "to_size": "medium",
        "at": None,
    } | others


def said(**verdicts):
    """What sizes say, of eight votes each."""
    return {size: {"votes": 8, "verdict": verdict} for size, verdict in verdicts.items()}


def hanging(**changes):
    return {"least": None, "most": None, "changes": changes}


@pytest.mark.parametrize(
    ("found", "english", "chinese"),
    [
        (votes(), "CPU, one vote per workload: 6 for it, 0 against, 1 undecided.", "CPU，每个工作负载一票：支持 6 票"),
        (votes(), "Leaving out any single workload does not change the verdict.", "去掉任何一个工作负载，裁决都不变。"),
        (
            votes(leave_one_out={"least": 1.2, "most": 1.9, "changes": {}}),
            "makes the mean ratio 1.20 to 1.90.",
            "平均比值为 1.20 至 1.90。",
        ),
        (
            votes(leave_one_out={"least": None, "most": None, "changes": {"x": "mixed", "y": "mixed"}}),
            "If left out alone, each of these makes it “mixed”: x and y.",
            "单独去掉以下任何一个，裁决即变为“部分成立”：x 和 y。",
        ),
        (
            votes(leave_one_out={"least": None, "most": None, "changes": {"x": "undecided"}}),
            "makes it “undecided”: x.",
            "裁决即变为“无法判定”：x。",
        ),
        (
            votes(sizes=said(small="supported", medium="mixed")),
            "By size, with the votes in brackets: small (8) supported; medium (8) mixed.",
            "按规模（括号内为票数）：小（8）成立；中（8）部分成立。",
        ),
        (
            votes(sizes=said(small="supported") | {"medium": {"votes": 2, "verdict": "refuted"}}),
            "medium (2) refuted; what a size with fewer than 5 votes says decides nothing.",
            "中（2）不成立；不足 5 票的规模不作裁决。",
        ),
        (votes(sizes=said(small="mixed")), "Only the size small was measured.", "只测量了一种规模（小）。"),
        (
            votes(sizes=said(small="mixed"), along=3),
            "Of the named sizes only small was measured, and 3 of the workloads along scaling curves too.",
            "具名规模只测量了一种（小），另沿扩展曲线测量了 3 个工作负载。",
        ),
        (
            votes(turning=2, turns=[turn("x", task="train"), turn("y", first="against")]),
            "In 2 more the size decides: x · training step (for it: small; against it: medium); "
            "y (for it: medium; against it: small).",
            "另有 2 个随规模而变：x · 训练一步（支持：小；反对：中）；y（支持：中；反对：小）。",
        ),
        (
            votes(turns=[turn("x", from_size="batch-8", to_size="batch-64", at=23)]),
            "x (for it: batch 8; against it: batch 64; equal at about batch 23).",
            "x（支持：批量 8；反对：批量 64；等同点（约）：批量 23）。",
        ),
        (
            votes(votes=2, share="refuted"),
            "Its votes alone would make it “refuted”; fewer than 5 workloads decide nothing.",
            "仅凭票数应为“不成立”；不足 5 个工作负载不作裁决。",
        ),
        (
            votes(share="supported", leave_one_out=hanging(x="mixed", y="mixed")),
            "Its votes alone would make it “supported”; but no single workload may turn a verdict, and each of these "
            "would if left out: x and y.",
            "仅凭票数应为“成立”；但裁决不得因单个工作负载而改变，而单独去掉以下任何一个都会改变它：x 和 y。",
        ),
        (
            votes(share="supported", leave_one_out=hanging(**dict.fromkeys("abcde", "mixed"))),
            "each of these would if left out: 5 workloads, not named here.",
            "单独去掉以下任何一个都会改变它：共 5 个，名称从略。",
        ),
    ],
)
def test_the_votes_of_workloads_are_told_with_what_the_verdict_hangs_on(tables, found, english, chinese):
    for language, words in (("en", english), ("zh", chinese)):
        section = Section(tables, language, OWN, 1)
        assert words in section.space.join(vote_sentences(section, {"devices": {"cpu": found}}))


def test_of_few_votes_that_decide_nothing_no_more_is_said(tables):
    section = Section(tables, "en", OWN, 1)
    (told,) = vote_sentences(section, {"frameworks": {"torch": votes(votes=4, leave_one_out=hanging(x="refuted"))}})
    assert told.startswith("PyTorch, one vote")


@pytest.mark.parametrize(
    ("evidence", "place"),
    [
        (votes(), "One vote"),
        ({"frameworks": {"torch": {"devices": {"cpu": votes()}}}}, "PyTorch, CPU, one vote"),
        (
            {"frameworks": {"torch": {"eager": {"devices": {"cpu": votes()}}}}},
            "PyTorch without a compiler, CPU, one vote",
        ),
        ({"numpy": {"jax": {"devices": {"cuda": votes()}}}}, "JAX against NumPy, GPU, one vote"),
    ],
)
def test_votes_are_found_at_every_depth_and_say_of_what_they_are(tables, evidence, place):
    first, *_ = vote_sentences(Section(tables, "en", OWN, 1), evidence)
    assert first.startswith(place)


def test_beside_an_opinion_it_is_told_where_the_winner_changes_and_nothing_of_votes(tables):
    evidence = {"devices": {"cpu": {"comparisons": 2, "measured": ["small", "medium"], "turns": [turn("x")]}}}
    for language, *words in (
        (
            "en",
            "Measured sizes: small and medium.",
            "Who is faster depends on the size: x (PyTorch at least as fast: small; JAX faster: medium).",
        ),
        ("zh", "测量的规模：小和中。", "谁更快取决于规模：x（PyTorch 不慢于对方：小；JAX 更快：中）。"),
    ):
        assert list(vote_sentences(Section(tables, language, OWN, 1), evidence)) == words


def test_of_many_workloads_that_turn_some_are_named(tables):
    turns = [turn(name) for name in "abcdef"]
    text = " ".join(vote_sentences(Section(tables, "en", OWN, 1), {"devices": {"cpu": votes(turns=turns, turning=9)}}))
    assert "In 9 more the size decides, for example: a (for it: small" in text
    assert len(re.findall("for it: small", text)) == 4


def test_an_opinion_that_several_machines_know_nothing_of_stands_once(tables):
    (claim,) = (claim for claim in stated_claims() if claim["id"] == "use-finance")
    section = Section(tables, "en", OWN, 1)
    assert len(section.machines) == 2
    assert claim_box(section, claim, {}).count('class="verdict"') == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_rules_find_in_results_can_be_told(tables, language):
    small = compared({name: [1.5] for name in ("gpt", "bert", "unet", "lstm", "gcn")})
    curve = pd.concat(
        [compared({"gpt": [ratio]}).assign(size=f"batch-{size}") for size, ratio in ((1, 3.0), (64, 0.5))]
    )
    section = Section(tables, language, OWN, 1)
    for frames, identity, workloads in ((small, "bg-jax-efficiency", 0), (pd.concat([small, curve]), "use-nlp", 1)):
        found = judge(ENTRIES[identity], Results("here", {"comparisons": frames}))
        evidence = json.loads(as_text(found.evidence))
        told = section.space.join(vote_sentences(section, evidence))
        assert told.count(section.names.of("size", "batch-64")) == workloads
        assert evidence_text(section, identity, evidence).endswith(told)


def unread(section, judged):
    """The claims of which a page says that it cannot read their evidence. judged: pairs of a claim and its evidence."""
    lost = section.phrase("claim.unreadable")
    return [identity for identity, found in judged if evidence_text(section, identity, found) == lost]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("machine", sorted(path.parent.name for path in PUBLISHED.glob("*/examples.parquet")))
def test_the_evidence_of_published_examples_can_be_read(tables, machine, language):
    events = schema.read(PUBLISHED / machine / "examples.parquet", "events")
    results = Results("here", {"events": frame("events", [event | {"hardware": "here"} for event in events])})
    judged = [(identity, judge(entry, results).evidence) for identity, entry in ENTRIES.items()]
    assert sum("reason" not in evidence for _, evidence in judged) > 25
    read = [(identity, json.loads(as_text(evidence))) for identity, evidence in judged]
    assert unread(Section(tables, language, OWN, 1), read) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_evidence_of_planted_tables_can_be_read(tables, language):
    section = Section(tables, language, OWN, 1)
    judged = [(identity, as_object(row.evidence)) for (_, identity), row in judged_claims(section).items()]
    assert judged
    assert unread(section, judged) == []


def judged_curves(section, seconds, half_width):
    """What a page says of scaling curves with these seconds in PyTorch."""
    cells = curve(seconds, half_width=half_width)
    found = judge(ENTRIES["trend-scale"], Results("here", {"cells": cells}))
    return evidence_text(section, "trend-scale", json.loads(as_text(found.evidence)))


@pytest.mark.parametrize(
    ("seconds", "half_width", "english", "chinese"),
    [
        (
            CONSTANT,
            0.02,
            "of 1 curve of at least four points, in 1 the",
            ("接近最高值的有 1 条，并非如此的有 0 条，无法判定的有 0 条。",),
        ),
        (LINEAR, 0.02, "in 0 the .* in 1 it is not; 0 cannot be", ("有 0 条，并非如此的有 1 条，无法判定的有 0 条。",)),
        (
            [1.0, 2.0, 4.0, 8.0, 14.0],
            0.2,
            r"in 0 the .* in 0 it is not; 1 cannot be told\. In the median",
            ("无法判定的有 1 条。",),
        ),
        (
            CONSTANT,
            None,
            "1 cannot be told, because .* single trial.*largest size: 0; only there: 1",
            ("无法判定的有 1 条（因为", "到最大规模才达到的有 1 条"),
        ),
    ],
)
def test_every_outcome_of_scaling_curves_is_counted(tables, seconds, half_width, english, chinese):
    assert re.search(english, judged_curves(Section(tables, "en", OWN, 8), seconds, half_width))
    told = judged_curves(Section(tables, "zh", OWN, 8), seconds, half_width)
    assert all(part in told for part in chinese)


def part(verdict, **others):
    """The evidence of one framework on the CPU."""
    return {"verdict": verdict, "devices": {"cpu": votes(verdict=verdict, **others)}}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_several_parts_each_has_its_verdict_and_the_reason_is_that_of_the_open_one(tables, language):
    section, reason = Section(tables, language, OWN, 2), "too few workloads"
    frameworks = {"torch": part("mixed"), "jax": part("undecided", votes=1, share="undecided") | {"reason": reason}}
    told = evidence_text(section, "core-static-faster", {"reason": reason, "frameworks": frameworks}, "undecided")
    assert told.startswith(section.phrase("claim.reason of", parts="JAX", reason=section.words[f"reason.{reason}"]))
    for verdict in ("mixed", "undecided"):
        assert section.phrase("claim.part", verdict=section.words[f"verdict.{verdict}"]) in told


def test_a_workload_without_which_a_part_says_what_the_claim_says_is_not_named(tables):
    section = Section(tables, "en", OWN, 2)
    found = part("mixed", leave_one_out=hanging(x="undecided", y="supported"))
    told = section.space.join(vote_sentences(section, {"frameworks": {"torch": found}}, "undecided"))
    assert "makes it “supported”: y." in told
    assert "makes it “undecided”" not in told
    alone = section.space.join(vote_sentences(section, {"frameworks": {"torch": found}}, "mixed"))
    assert "makes it “undecided”: x." in alone


@pytest.mark.parametrize(
    "evidence", [{"devices": 2}, {"numpy": {"found": 3, "share": 0.5}}, {"frameworks": {"torch": {"of": 3}}}, {}]
)
def test_evidence_without_votes_says_nothing_of_them(tables, evidence):
    assert list(vote_sentences(Section(tables, "en", OWN, 1), evidence)) == []


SLUG = re.compile(r"\b[a-z]+_[a-z_]+\b|\b(?:dqn|ppo|gpt|resnet|unet)\b|custom rule, whole")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_workloads_and_transformations_are_told_by_their_titles(tables, language):
    section = Section(tables, language, OWN, 6)
    wrong = [{"name": "custom rule, whole", "mode": "compiled"}]
    judged = judge(ENTRIES["use-vision"], Results("here", {"comparisons": compared({"resnet": [1.5], "unet": [0.5]})}))
    table = dict.fromkeys(("right", "of", "basic", "of_basic"), 13) | {"wrong": wrong}
    for identity, evidence, titles in (
        ("use-vision", judged.evidence, [section.names.workload(name) for name in ("resnet", "unet")]),
        ("alg-table-autodiff", {"torch": table, "jax": table}, [section.words["example.custom rule, whole"]]),
    ):
        told = evidence_text(section, identity, evidence)
        assert all(title in told for title in titles)
        assert SLUG.findall(told) == []
