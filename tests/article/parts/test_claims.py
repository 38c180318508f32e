"""The boxes of the claims."""

from types import SimpleNamespace

import pytest

from article.parts.claims import claim_box, stated_claims, vote_sentences
from article.section import Section
from tests.article.planted import OWN


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
    found = {"votes": 3, "for": 2, "against": 0, "open": 1}
    return found | {"leave_one_out": {"least": None, "most": None, "changes": {}}} | others


@pytest.mark.parametrize(
    ("found", "english", "chinese"),
    [
        (votes(), "CPU, one vote per workload: 2 for it, 0 against, 1 undecided.", "CPU，每个工作负载一票：支持 2 票"),
        (votes(), "The verdict hangs on no single one of them.", "裁决不取决于其中任何一个。"),
        (
            votes(leave_one_out={"least": 1.2, "most": 1.9, "changes": {}}),
            "moves the mean ratio to between 1.20 and 1.90.",
            "平均比值都在 1.20 与 1.90 之间。",
        ),
        (
            votes(leave_one_out={"least": None, "most": None, "changes": {"x": "mixed", "y": "mixed"}}),
            "If left out alone, each of these makes it “mixed”: x and y.",
            "单独去掉以下任何一个，裁决即变为“部分成立”：x和y。",
        ),
        (
            votes(leave_one_out={"least": None, "most": None, "changes": {"x": "undecided"}}),
            "makes it “undecided”: x.",
            "裁决即变为“无法判定”：x。",
        ),
        (
            votes(sizes={"small": "supported", "medium": "mixed"}),
            "By size: small: supported, medium: mixed.",
            "按规模：小",
        ),
    ],
)
def test_the_votes_of_workloads_are_told_with_what_the_verdict_hangs_on(tables, found, english, chinese):
    for language, words in (("en", english), ("zh", chinese)):
        section = Section(tables, language, OWN, 1)
        assert words in section.space.join(vote_sentences(section, {"devices": {"cpu": found}}))


def test_a_single_vote_hangs_on_itself_and_nothing_more_is_said(tables):
    section = Section(tables, "en", OWN, 1)
    (said,) = vote_sentences(section, {"frameworks": {"torch": votes(votes=1)}})
    assert said.startswith("PyTorch, one vote")


@pytest.mark.parametrize("evidence", [{"devices": 2}, {"frameworks": {"torch": {"of": 3}}}, {}])
def test_evidence_without_votes_says_nothing_of_them(tables, evidence):
    assert list(vote_sentences(Section(tables, "en", OWN, 1), evidence)) == []
