"""Public cases: what becomes of a complaint, by the rules of every comparison, and that it stays out of them."""

import pytest

from bench import catalogue
from bench.results import cases, collect
from bench.results.comparisons import comparison_rows
from bench.results.reading import Machine
from bench.vocabulary import CASE_VERDICTS, PIVOT
from tests.bench.results.planted import QUIET, gate, in_turns, series, twins_in_turns

CASE = {"family": "cases", "workload": "transposed_convolution_1d", "task": "gradient"}
FORMS = (("jax", "jit"), ("jax", "jit-expert"))


def measured(slow, fast, **changes):
    """Runs of both forms of a case, by the seconds per step of each trial, beside a quiet twin."""
    return [
        row
        for seconds, (framework, mode) in zip((slow, fast), FORMS, strict=True)
        for row in in_turns(seconds, range(len(seconds)), framework, mode, **CASE | changes)
    ] + twins_in_turns()


def passed(variants=FORMS, **changes):
    """What the gate says of the case."""
    return gate(variants, **CASE | changes)


def row_of(runs, rows, **options):
    (row,) = cases.case_rows(runs, rows, **options)
    return row


@pytest.mark.parametrize(
    ("slow", "verdict", "rule"),
    [
        ([3.0 * step for step in QUIET], "still so", "difference"),
        ([0.5 * step for step in QUIET], "the other way round", "difference"),
        ([1.001 * step for step in QUIET[::-1]], "no longer so", "equivalence"),
        ([1.03 * step for step in QUIET], "no longer so", "equivalence"),
        ([1.1, 1.3, 0.9, 1.2, 1.0], "undecided", "width"),
    ],
)
def test_what_becomes_of_a_complaint_is_told_with_the_factor_and_the_rule(slow, verdict, rule):
    row = row_of(measured(slow, QUIET), passed())
    assert (row["verdict"], row["rule"], row["trials"]) == (verdict, rule, 5)
    assert row["ratio_low"] <= row["ratio"] <= row["ratio_high"]
    assert (row["slow"], row["fast"], row["reported"]) == ("jax jit", "jax jit-expert", 30.0)
    assert row["verdict"] in CASE_VERDICTS


def test_a_factor_is_that_of_the_form_complained_of_over_the_other():
    row = row_of(measured([3.0 * step for step in QUIET], QUIET), passed())
    assert row["ratio"] == pytest.approx(3.0)
    assert (row["slow_seconds"], row["fast_seconds"]) == (pytest.approx(3.0, rel=0.01), pytest.approx(1.0, rel=0.01))


def test_errors_in_units_in_the_last_place_are_those_that_the_runs_report():
    runs = measured([3.0 * step for step in QUIET], QUIET)
    runs[0]["metrics"] = '{"largest_ulp": 1.5, "other": 3.0}'
    row = row_of(runs, passed())
    assert (row["slow_ulp"], row["fast_ulp"]) == (1.5, None)


def test_without_twins_nothing_is_still_so():
    runs = [row for row in measured([3.0 * step for step in QUIET], QUIET) if row["family"] == "cases"]
    assert row_of(runs, passed())["rule"] == "no floor"


def test_forms_that_do_not_compute_the_same_are_not_compared():
    wrong = passed(FORMS[:1]) + passed(FORMS[1:], status="mismatch", error=0.3)
    row = row_of(measured(QUIET, QUIET), wrong)
    assert (row["verdict"], row["rule"]) == ("not comparable", "gate")
    assert "jax jit-expert gradient" in row["message"]
    assert "ratio" not in row
    ungated = row_of(measured(QUIET, QUIET), passed(FORMS[:1]))
    assert "was not run for jax jit-expert" in ungated["message"]


def test_a_complaint_of_another_task_or_of_a_variant_that_was_not_measured_is_left_out():
    assert cases.case_rows(measured(QUIET, QUIET, task="forward"), passed(task="forward")) == []
    assert cases.case_rows(in_turns(QUIET, framework="jax", mode="jit", **CASE), passed()) == []


def test_a_case_is_in_no_comparison():
    runs = measured(QUIET, QUIET) + in_turns(QUIET, **CASE) + series()
    assert {row["family"] for row in comparison_rows(runs, passed())} == {"training"}
    tables = collect.tables_of(Machine("other", {}, runs=runs, parity=passed()))
    assert len(tables["cases"]) == 1
    assert "cases" not in {row["family"] for row in tables["comparisons"]}


@pytest.mark.parametrize("key", [key for key, item in catalogue.timed().items() if item.family == "cases"])
def test_every_case_names_its_report_and_measures_what_it_complains_of(key):
    item = catalogue.timed()[key]
    for complaint in catalogue.complaints(item.name):
        assert complaint.source.startswith("https://github.com/")
        assert complaint.source in (item.problem.__doc__ or "")
        assert complaint.slow != complaint.fast
    about = {task for task in item.states.tasks for each in catalogue.complaints(item.name) if each.is_about(task)}
    assert about == {*item.states.tasks}
    named = {variant for each in catalogue.complaints(item.name) for variant in each.variants}
    measured = {(framework, mode) for framework, modes in item.states.modes.items() for mode in modes}
    assert measured - {PIVOT} <= named
