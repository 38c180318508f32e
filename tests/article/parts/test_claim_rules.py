"""The rule of a claim: its thresholds, whose votes it counts, and what would turn it."""

import inspect
import json
import math
import re
from collections import Counter

import pandas as pd
import pytest

from article.parts.claim_rules import rule_box
from article.parts.claims import asked
from article.section import Section, read_yaml
from article.words import read_words
from bench.claims.evidence import REGISTRY, Results
from bench.claims.judge import as_text, judge
from bench.claims.rules import LEAST_WORKLOADS, MOST
from tests.article.planted import OWN
from tests.bench.claims.planted import ENTRIES, compared

NAMES = ("gpt", "bert", "unet", "lstm", "gcn", "resnet")
CHINESE = read_yaml("text/zh/rules.yaml")
RULES = {identity: " ".join((inspect.getdoc(decide) or "").split()) for identity, decide in REGISTRY.items()}
"""Claim → the rule of the function that judges it, as its evidence has it."""
NUMBER = re.compile(r"\d+(?:[./]\d+)*(?:e-?\d+)?(?: %)?")
WRITTEN = {
    "two thirds": "三分之二",
    "half": "一半",
    "percentage point": "百分点",
    "three": "三",
    "four": "四",
    "five": "五",
    "ten": "十",
}
"""Numbers of rules in words."""
VERDICTS = ("supported", "refuted", "mixed", "undecided")


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
    rule = RULES["bg-jax-efficiency"]
    assert {"en": f'<q lang="en">{rule}</q>', "zh": f"<q>{CHINESE[rule]}</q>"}[language] in html
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


def test_a_rule_that_the_chinese_texts_do_not_have_is_quoted_in_english(tables):
    shown = str(rule_box(Section(tables, "zh", OWN, 1), {"rule": "Supported if <b>.", "place": "x.py: f"}, iter(())))
    assert '<q lang="en">Supported if &lt;b&gt;.</q>' in shown


def test_the_chinese_texts_have_every_rule_and_no_other():
    assert set(CHINESE) == set(RULES.values())


@pytest.mark.parametrize("identity", RULES)
def test_a_rule_has_the_same_numbers_and_verdicts_in_chinese(identity):
    english, chinese = RULES[identity], CHINESE[RULES[identity]]
    assert Counter(NUMBER.findall(chinese)) == Counter(NUMBER.findall(english))
    assert [told for name, told in WRITTEN.items() if re.search(rf"\b{name}\b", english) and told not in chinese] == []
    assert verdicts(chinese, "zh") == verdicts(english, "en")


def verdicts(rule, language):
    """The verdicts that a rule names; in Chinese some of their words are within others."""
    words = {read_words(language)[f"verdict.{name}"]: name for name in VERDICTS}
    longest = sorted(words, key=len, reverse=True)
    return {words[found.lower()] for found in re.findall("|".join(longest), rule, re.IGNORECASE)}


def test_the_numbers_and_verdicts_of_a_rule_are_found():
    found = NUMBER.findall("1.1. From 3/4 to 1e-9, 95 % of 100，1.2（float64）。")
    assert found == ["1.1", "3/4", "1e-9", "95 %", "100", "1.2", "64"]
    assert verdicts("则不成立；否则为部分成立。", "zh") == {"refuted", "mixed"}
    assert verdicts("Supported, or undecided.", "en") == {"supported", "undecided"}
    told = " ".join(RULES.values())
    assert {"1.1", "1.2", "3/4", "1/4", "1e-9", "1 %", "5 %", "95 %", "100", "256"} <= set(NUMBER.findall(told))
    assert all(re.search(rf"\b{name}\b", told) for name in WRITTEN)
