"""Tables of executed examples."""

import re

from article.parts.examples import example_table
from article.section import Section
from tests.article.planted import OWN


def columns(html):
    return re.findall(r'<th scope="col">(.*?)</th>', html)


def test_examples_that_both_frameworks_have_stand_beside_each_other(tables):
    html = example_table(Section(tables, "en", OWN, 3), "transformations")
    assert columns(html) == ["Example", "Machine", "PyTorch", "JAX"]


def test_examples_that_mostly_one_framework_has_name_it_and_leave_no_cell_blank(tables):
    html = example_table(Section(tables, "en", OWN, 5), "memory")
    assert columns(html) == ["Example", "Machine", "Framework", "Outcome"]
    assert "<td></td>" not in html
    assert html.count("PyTorch") == 2 * 3
