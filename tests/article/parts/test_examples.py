"""Tables of executed examples."""

import re

import pytest

from article.parts.examples import CLOSED_OVER, example_table, outcome_text
from article.section import Section
from bench.events import Event
from tests.article.planted import OTHER, OWN


def columns(html):
    return re.findall(r'<th scope="col[^>]*>(.*?)</th>', html)


def test_examples_that_both_frameworks_have_stand_beside_each_other(tables):
    html = example_table(Section(tables, "en", OWN, 3), "transformations")
    assert columns(html) == ["Example", "PyTorch", "JAX", *(OWN, OTHER) * 2]


def test_examples_that_mostly_one_framework_has_name_it_and_leave_no_cell_blank(tables):
    html = example_table(Section(tables, "en", OWN, 5), "memory")
    assert columns(html) == ["Example", "Framework", OWN, OTHER]
    assert "<td></td>" not in html
    assert html.count("PyTorch") == 3


@pytest.mark.parametrize("value", ["1", "-92.1", "1e-20", "0, 0.5, 0", "nan"])
def test_an_example_that_is_told_by_its_value_shows_it(tables, value):
    cell = outcome_text(Section(tables, "en", OWN, 9), Event("subnormal.log", "ok", text=value))
    assert cell is not None
    assert cell.endswith(f"<code>{value}</code>")


@pytest.mark.parametrize("data", ['{"bytes": 18732}', "[4.2, 2.2]"])
def test_what_other_tables_are_made_of_does_not_stand_in_the_table_of_examples(tables, data):
    cell = outcome_text(Section(tables, "en", OWN, 9), Event("elsewhere.output", "ok", 0.0, data))
    assert cell is not None
    assert cell.endswith(" 0")


@pytest.mark.parametrize(("told", "error", "badge"), [("4.67 4.67", 4.604, "wrong"), ("4.67 0.0625", 0.0, "ok")])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_function_that_silently_keeps_old_parameters_is_wrong_and_its_losses_have_a_meaning(
    tables, language, told, error, badge
):
    section = Section(tables, language, OWN, 5)
    cell = outcome_text(section, Event(CLOSED_OVER, "ok", error, told))
    before, after = told.split()
    assert cell is not None
    assert f'data-verdict="{badge}"' in cell
    assert section.phrase("outcome.losses", before=before, after=after, error=f"{error:.1f}".removesuffix(".0")) in cell
