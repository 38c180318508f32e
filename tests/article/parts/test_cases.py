"""What people report, rendered from planted results."""

import pytest

from article import numbers
from article.parts.cases import case_counts, case_results, figure_rows, link
from article.section import Section
from bench import schema
from bench.results.intervals import Interval
from bench.results.tables import Tables
from tests.article.planted import HOSTILE, OTHER, OWN

CASE = dict.fromkeys(schema.CASES) | {
    "hardware": OWN,
    "family": "cases",
    "workload": "transposed_convolution_1d",
    "task": "gradient",
    "size": "small",
    "precision": "float32",
    "device": "cpu",
    "slow": "jax jit",
    "fast": "jax jit-expert",
    "reported": 30.0,
    "ratio": 4.2,
    "ratio_low": 4.0,
    "ratio_high": 4.4,
    "trials": 3,
    "equal_within": 0.05,
    "noise_floor": 0.02,
    "verdict": "still so",
    "rule": "difference",
    "message": "",
    "slow_ulp": 1.5,
    "fast_ulp": 2e5,
}
PLANTED = [
    CASE,
    CASE
    | {"task": "forward", "fast": "torch eager", "ratio": 1.01, "ratio_low": 0.99, "ratio_high": 1.03}
    | {"verdict": "no longer so", "rule": "equivalence", "reported": 5960.0},
    CASE
    | {"workload": "transposed_convolution_2d", "verdict": "not comparable", "rule": "gate", "message": HOSTILE}
    | dict.fromkeys(("ratio", "ratio_low", "ratio_high", "trials")),
    CASE | {"hardware": OTHER, "ratio": 0.0, "workload": "not_here", "slow": "jax jit", "reported": None},
]


@pytest.fixture(params=["en", "zh"])
def section(request, tmp_path):
    schema.write(tmp_path / "cases.parquet", "cases", PLANTED)
    return Section(Tables(tmp_path), request.param, OWN, 9)


def test_verdicts_are_counted_on_this_machine(section):
    counts = case_counts(section)
    assert counts == {
        "still so": 1,
        "no longer so": 1,
        "the other way round": 0,
        "undecided": 0,
        "not comparable": 1,
        "of": 3,
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
    assert page.count({"en": "A maintainer later found", "zh": "维护者后来称"}[section.language]) == 1


def test_a_refusal_is_told_and_what_comes_from_outside_is_escaped(section):
    page = str(case_results(section))
    assert HOSTILE not in page
    assert "planted" in page


def test_a_factor_that_is_none_is_no_point_of_the_figure(section):
    rows = figure_rows(section, section.tables.frame("cases"))
    assert list(rows["ratio"]) == [4.2, 1.01]


def test_without_cases_a_sentence_says_so(tmp_path):
    section = Section(Tables(tmp_path), "en", OWN, 9)
    assert "standard and full" in str(case_results(section))


def test_a_link_names_the_place_and_the_number():
    assert "mlcommons/algorithmic-efficiency #393" in link(
        "https://github.com/mlcommons/algorithmic-efficiency/pull/393"
    )
