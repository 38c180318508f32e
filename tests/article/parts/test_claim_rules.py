"""The rule of a claim: its thresholds, whose votes it counts, and what would turn it."""

import json
import math
import re

import pandas as pd
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
        ([1.5] * 6, "It would be mixed if 2 of the votes that decide it were cast the other way, not merely left out."),
        (
            [1.5] * 5 + [0.5],
            "It would be mixed if 1 of the votes that decide it were cast the other way, not merely left out.",
        ),
        ([1.5] * 4 + [0.5] * 2, "whichever single workload is left out, it lacks votes: 1; to be refuted: 3."),
        ([1.5] * 3 + [0.5] * 3, "whichever single workload is left out, it lacks votes: 2; to be refuted: 2."),
        ([1.5], "To be supported or refuted it lacks workloads: 4."),
        ([0.5, 0.5], "To be supported or refuted it lacks workloads: 3."),
    ],
)
def test_what_would_turn_it_is_counted(tables, ratios, english):
    assert english in box(tables, "en", ratios)[1]


@pytest.mark.parametrize("won", range(7))
def test_so_many_votes_as_are_said_to_turn_it_do_and_one_less_does_not(tables, won):
    """Of votes for it, cast otherwise; and of votes against it that it lacks to be supported."""
    verdict, said = verdict_of(won), box(tables, "en", [1.5] * won + [0.5] * (6 - won))[1]
    if found := re.search(r"if (\d) of the votes", said):
        step = -int(found[1]) if verdict == "supported" else int(found[1])
        assert verdict_of(won + step) == "mixed"
        assert verdict_of(won + step - (1 if step > 0 else -1)) == verdict
    else:
        lacking, to_refute = map(int, re.findall(r"(?:lacks votes|be refuted): (\d)", said))
        assert verdict == "mixed"
        assert (verdict_of(won + lacking), verdict_of(won + lacking - 1)) == ("supported", "mixed")
        assert (verdict_of(won - to_refute), verdict_of(won - to_refute + 1)) == ("refuted", "mixed")


def verdict_of(won):
    """The verdict of six workloads of which so many are for it."""
    frames = {"comparisons": compared({name: [1.5 if place < won else 0.5] for place, name in enumerate(NAMES)})}
    return judge(ENTRIES["bg-jax-efficiency"], Results("here", frames)).verdict


def test_sizes_that_disagree_are_what_enough_votes_lack(tables):
    ratios = {name: [1.5] for name in NAMES}
    small = compared(ratios)
    medium = compared({name: [1.0] for name in NAMES}).assign(size="medium", task="forward")
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", {"comparisons": pd.concat([small, medium])}))
    section, evidence = Section(tables, "en", OWN, 1), json.loads(as_text(found.evidence))
    assert found.verdict == "mixed"
    assert evidence["devices"]["cpu"]["for"] == len(NAMES)
    assert "It has the votes to be supported; what it lacks" in rule_box(section, evidence, asked(section, evidence))


def test_what_counts_no_votes_says_so_and_what_has_no_rule_has_no_box(tables):
    section = Section(tables, "en", OWN, 1)
    shown = str(rule_box(section, {"rule": "<b>it holds</b>", "place": "x.py: f"}, iter(())))
    assert section.words["rule box.examples"] in shown
    assert "&lt;b&gt;" in shown
    assert rule_box(section, {"reason": "no experiment yet"}, iter(())) == ""
