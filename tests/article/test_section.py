"""What a section makes of data: a figure, or a sentence in its place, and a table."""

from typing import Any

import pandas as pd

from article.figures.losses import loss_plot
from article.figures.ratios import ratio_plot
from article.parts.comparisons import ratio_rows
from article.parts.losses import loss_curves
from article.section import Section
from bench.results import selection
from tests.article.planted import OWN


def test_one_point_makes_a_sentence_instead_of_a_figure(tables):
    section = Section(tables, "en", OWN, 4)
    data = ratio_rows(selection.best(tables, OWN), section.names).head(1)
    html = section.figure(ratio_plot, data, "ratio")
    assert "<svg" not in html
    assert "one point makes no figure" in html


def test_more_panels_than_fit_are_said_to_be_left_out(tables):
    section = Section(tables, "en", OWN, 4)
    data = pd.concat([loss_curves(section).assign(panel=f"panel {number}") for number in range(11)])
    html = section.figure(loss_plot, data, "loss")
    assert "5 further panels are left out" in html


def test_a_table_leaves_out_columns_without_content(tables):
    section = Section(tables, "en", OWN, 4)
    rows: list[dict[str, Any]] = [{"problem": "a", "ratio": None}, {"problem": "b", "ratio": ""}]
    html = section.table(rows, ("problem", "ratio"), "cells")
    assert html.count('<th scope="col">') == 1
