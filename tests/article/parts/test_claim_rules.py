"""The rule of a claim: its thresholds, whose votes it counts, and what would turn it."""

import json
import math

import pytest

from article.parts.claim_rules import rule_box
from article.parts.claims import asked
from article.section import Section
from bench.claims.evidence import Results
from bench.claims.judge import as_text, judge
from bench.claims.rules import LEAST_WORKLOADS, MOST
from tests.article.planted import OWN
from tests.bench.claims.planted import ENTRIES, compared

NAMES = ("gpt", "bert", "unet", "lstm", "gcn", "resnet")


def box(tables, language, ratios, identity="bg-jax-efficiency"):
    """The rule box of a claim that is judged by comparisons with these ratios."""
    frames = {"comparisons": compared(dict(zip(NAMES, ([ratio] for ratio in ratios), strict=False)))}
    found = judge(ENTRIES[identity], Results("here", frames))
    section, evidence = Section(tables, language, OWN, 1), json.loads(as_text(found.evidence))
    return section, str(rule_box(section, evidence, asked(section, evidence)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_rule_stands_with_its_thresholds_and_the_place_of_its_code(tables, language):
    section, html = box(tables, language, [1.5] * 6)
    need = math.ceil(MOST * 6)
    assert "bench/claims/background.py" in html
    assert "<q lang=" in html
    expected = {"need": need, "votes": 6, "least": LEAST_WORKLOADS, "place": section.names.of("device", "cpu")}
    assert section.phrase("rule box.votes", **expected) in html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_vote_is_named_and_leads_to_where_it_comes_from(tables, language):
    _, html = box(tables, language, [1.5, 1.5, 0.5])
    for_it, against = html.split('href="#source-training-unet"')
    assert 'href="#source-training-gpt"' in for_it
    assert 'href="#source-training-bert"' in for_it
    assert "source-training-gpt" not in against


@pytest.mark.parametrize(
    ("ratios", "english"),
    [
        ([1.5] * 6, "It would be mixed if 3 of the votes that decide it were cast otherwise."),
        ([1.5] * 4 + [0.5] * 2, "It would be mixed if 1 of the votes that decide it were cast otherwise."),
        ([1.5] * 3 + [0.5] * 3, "To be supported it lacks votes: 1; to be refuted: 1."),
    ],
)
def test_what_would_turn_it_is_counted(tables, ratios, english):
    assert english in box(tables, "en", ratios)[1]


def test_what_counts_no_votes_says_so_and_what_has_no_rule_has_no_box(tables):
    section = Section(tables, "en", OWN, 1)
    shown = str(rule_box(section, {"rule": "<b>it holds</b>", "place": "x.py: f"}, iter(())))
    assert section.words["rule box.examples"] in shown
    assert "&lt;b&gt;" in shown
    assert rule_box(section, {"reason": "no experiment yet"}, iter(())) == ""
