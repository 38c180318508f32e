"""Comparisons in words and as a table."""

import re

import pandas as pd
import pytest

from article.parts.comparisons import (
    comparison_table,
    equality_margin,
    ratio_figure,
    ratio_rows,
    tally,
    verdict_sentence,
)
from article.section import Section
from bench.results import selection
from bench.vocabulary import RULES, VERDICTS
from tests.article.planted import HOSTILE, OWN


def comparison(section, workload, task):
    """The planted comparison of a workload in a task."""
    best = selection.best(section.tables, OWN)
    rows = best[(best["hardware"] == OWN) & (best["workload"] == workload) & (best["task"] == task)]
    return next(rows.itertuples())


@pytest.fixture(params=["en", "zh"])
def section(request, tables):
    return Section(tables, request.param, OWN, 0)


@pytest.mark.parametrize(
    ("verdicts", "english", "chinese"),
    [
        (["jax faster"], "JAX is faster", "JAX 更快"),
        (["equal"] * 2, "Both are equally fast in 2 of 2 comparisons", "2 项对比中，等同 2 项"),
        (
            ["jax faster", "undecided", "torch faster", "jax faster", "not comparable"],
            "Of 4 comparisons JAX is faster in 2, PyTorch is faster in 1 and 1 is undecided",
            "4 项对比中，JAX 更快 2 项，PyTorch 更快 1 项，无法判定 1 项",
        ),
    ],
)
def test_a_title_names_the_verdicts_that_there_are(section, verdicts, english, chinese):
    assert tally(section, verdicts) == (english if section.language == "en" else chinese)


@pytest.mark.parametrize(
    ("workload", "task", "english", "chinese"),
    [
        ("mlp", "train", "is 2.07 [2.02, 2.12] times as fast", "的 2.07 [2.02, 2.12] 倍；校正后 p < 0.001"),
        ("mlp", "forward", "PyTorch (torch compile) is 1.11 [", "PyTorch（torch compile）的速度是"),
        ("linear_jacobian", "jacobian", "are equal within ±5 %", "在 ±5 % 以内等同"),
        (
            "linear_jacobian",
            "jacobian",
            "1.00 [0.98, 1.03], with its 90 % interval",
            "90 % 置信区间为 1.00 [0.98, 1.03]",
        ),
        (
            "gcn",
            "forward",
            "cannot be decided: the ratio of their times is 1.10 [0.92, 1.31]",
            "无法判定：耗时之比为 1.10",
        ),
        ("gcn", "forward", "too wide to tell a difference from none; about 4 more trials", "再做约 4 次试验即可判定"),
        ("dna_cnn", "forward", "no more than what twins differ by (8.00 %)", "不超过孪生变体之间的差异（8.00 %）"),
        ("dna_cnn", "forward", "not even 1,000 more trials would decide it", "即使再做 1,000 次试验也无法判定"),
        ("lstm", "forward", "not sure enough (adjusted p = 0.060)", "把握还不够（校正后 p = 0.060）"),
        ("resnet", "forward", "no twins were measured", "没有测量孪生变体"),
        ("once", "gradient", "from a single trial, which gives no interval.", "只有一次试验，得不出区间。"),
        ("only_torch", "gradient", "No ratio: jax failed", "没有比值：jax failed"),
        (
            "bert",
            "forward",
            "To be noted: 2 of 5 runs of torch compile failed",
            "另须注意：torch compile 的 5 次运行中有 2 次失败",
        ),
    ],
)
def test_a_verdict_is_told_with_what_decided_it(section, workload, task, english, chinese):
    said = str(verdict_sentence(section, comparison(section, workload, task)))
    assert {"en": english, "zh": chinese}[section.language] in said.replace("\u00a0", " ").replace("&lt; 0", "< 0")
    assert HOSTILE not in said


@pytest.mark.parametrize(("share", "told"), [(None, False), (1.0, False), (2 / 3, True), (0.0, True)])
def test_it_is_told_where_not_every_trial_was_of_the_modes_that_are_named(section, share, told):
    row = comparison(section, "gcn", "forward")._replace(choice_share=share, trials=3)
    said = str(verdict_sentence(section, row))
    count = round(3 * (share or 0))
    english, chinese = f"those named, in {count} of 3.", f"3 次中有 {count} 次为上述模式。"
    assert ({"en": english, "zh": chinese}[section.language] in said) == told


def test_an_interval_beside_1_is_not_called_too_wide_to_tell_a_difference(section):
    row = comparison(section, "gcn", "forward")._replace(ratio_low=1.02, noise_floor=0.08)
    said = str(verdict_sentence(section, row))
    assert {"en": "reaches into what twins differ by", "zh": "伸入了孪生变体之间的差异"}[section.language] in said


def test_what_is_not_known_of_a_verdict_is_left_out(section):
    row = comparison(section, "gcn", "forward")._replace(rule="of another version", further_trials=None)
    said = verdict_sentence(section, row)
    assert re.search(r"1\.31\][.。]$", said)
    row = comparison(section, "linear_jacobian", "jacobian")._replace(equal_within=None, ratio_low_90=None)
    assert "nan" not in verdict_sentence(section, row)


def test_every_verdict_and_every_rule_has_its_words(section):
    for verdict in VERDICTS:
        assert f"verdict.{verdict}" in section.words
    for rule, verdict in RULES.items():
        assert f"rule.{rule}" in section.words
        assert (f"why.{rule}" in section.words) == (verdict == "undecided"), rule


def test_the_table_names_the_rule_the_trials_and_how_many_more_would_decide(tables):
    section = Section(tables, "en", OWN, 0)
    best = selection.best(tables, OWN)
    html = comparison_table(section, best[(best["workload"] == "gcn") & (best["hardware"] == OWN)], "comparisons")
    for word in ("Decided by", "width of the interval", "Trials", "Further trials", ">4<"):
        assert word in html


def test_the_margin_of_equality_is_that_of_this_machine(tables, empty):
    for machine in (OWN, "reader"):  # nothing was measured on the reader's
        assert equality_margin(Section(tables, "en", machine, 0)) == 0.05
    assert equality_margin(Section(empty, "en", OWN, 0)) is None


def test_rows_of_the_figure_keep_their_verdict(tables):
    section = Section(tables, "en", OWN, 0)
    rows = ratio_rows(selection.best(tables, OWN), section.names)
    assert set(rows["verdict"]) == {"jax faster", "torch faster", "equal", "undecided"}


def test_the_title_of_a_figure_counts_what_is_drawn(tables):
    section = Section(tables, "en", OWN, 0)
    best = selection.best(tables, OWN)
    own = best[(best["hardware"] == OWN) & best["ratio"].notna()]
    lone = own.head(1).assign(hardware="one-row-machine", verdict="jax faster")  # a panel of one row is not drawn
    html = ratio_figure(section, pd.concat([own, lone]), with_table=False)
    assert f"Of {len(own)} comparisons" in html
    assert "Panels left out: 1" in html
