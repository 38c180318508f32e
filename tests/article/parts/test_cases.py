"""What people report, rendered from planted results."""

import pytest

from article import numbers
from article.parts.cases import case_counts, case_results, figure_rows, link
from article.section import Section
from bench.results.intervals import Interval
from bench.results.tables import Tables
from tests.article.planted import HOSTILE, OWN


@pytest.fixture(params=["en", "zh"])
def section(request, tables):
    return Section(tables, request.param, OWN, 9)


def test_verdicts_are_counted_on_this_machine(section):
    counts = case_counts(section)
    assert counts == {
        "still so": 1,
        "no longer so": 1,
        "the other way round": 1,
        "undecided": 0,
        "not comparable": 1,
        "of": 4,
        "reports": 2,
    }


def test_the_table_has_both_factors_the_verdict_and_the_address(section):
    page = str(case_results(section))
    assert numbers.ratio(Interval(4.2, 4.0, 4.4)) in page
    assert "5,960" in page
    for verdict in ("still so", "no longer so"):
        assert section.words[f"verdict.{verdict}"] in page
    assert 'href="https://github.com/jax-ml/jax/issues/23783"' in page
    assert "jax-ml/jax #23783" in page
    assert f"1.5 / {numbers.scientific(2e5)}" in page
    assert section.words["cases.expert"].format(variant="jax jit") in page


def test_what_was_reported_is_told_once_in_the_language_of_the_page(section):
    page = str(case_results(section))
    assert page.count({"en": "A comment of 2025", "zh": "2025 年的一条评论"}[section.language]) == 1


def test_a_refusal_is_told_and_what_comes_from_outside_is_escaped(section):
    page = str(case_results(section))
    assert HOSTILE not in page
    assert "planted" in page


def test_a_factor_that_is_none_is_no_point_of_the_figure(section):
    frame = section.tables.frame("cases")
    rows = figure_rows(section, frame[frame["hardware"] == OWN].assign(ratio=[4.2, 0.0, None, 0.5]))
    assert list(rows["ratio"]) == [4.2, 0.5]


def test_without_cases_a_sentence_says_so(tmp_path):
    section = Section(Tables(tmp_path), "en", OWN, 9)
    assert "standard and full" in str(case_results(section))


def test_a_link_names_the_place_and_the_number():
    assert "mlcommons/algorithmic-efficiency #393" in link(
        "https://github.com/mlcommons/algorithmic-efficiency/pull/393"
    )
