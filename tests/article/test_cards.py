"""Which tables' rows become cards on a phone, and the titles of columns that they are told for it."""

import html
import re

import pytest

from article.html import TEMPLATES
from article.section import Section
from tests.article.planted import OTHER, OWN

WIDE = ("problem", "variant", "step", "ratio")


@pytest.fixture
def section(tables):
    return Section(tables, "en", OWN, 1)


def table(section, columns, *rows):
    return str(section.table(rows or [dict.fromkeys(columns, "x")], columns, "cells"))


def test_the_rows_of_a_table_of_more_than_three_columns_become_cards(section):
    assert 'class="cards"' in table(section, WIDE)
    assert 'class="cards"' not in table(section, WIDE[:3])


def test_cells_that_span_columns_or_rows_stay_a_table(section):
    rows = [{"problem": "a", "hardware": machine, "step": machine, "ratio": machine} for machine in (OWN, OTHER)]
    assert 'class="cards"' not in table(section, ("problem", "hardware", "step", "ratio"), *rows)


def test_a_card_is_told_the_titles_of_its_columns_whatever_they_hold(section):
    assert "--h2:'Variant';--h3:'Time per step';" in table(section, WIDE)
    source = "{% from 'cards.html' import cards %}<table{{ cards(titles) }}>"
    made = TEMPLATES.from_string(source).render(titles=["a", "it's", '"b"\\', "<i>"])
    (style,) = re.findall(r'style="([^"]*)"', made)
    assert html.unescape(style) == r"""--h2:'it\'s';--h3:'"b"\\';--h4:'<i>';"""
