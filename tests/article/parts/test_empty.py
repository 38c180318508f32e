"""Parts without results: a sentence in place of figures and tables, or nothing."""

import pytest

from article.parts.derivatives import cost_results
from article.parts.errors import accuracy_results
from article.parts.kernels import speedup_results, speedups_in_brief
from article.parts.loops import loop_results
from article.parts.numerics import numerics_table
from article.parts.scaling_curves import curve_points, curve_results
from article.parts.targets import target_results
from article.section import Section
from tests.article.planted import OWN


@pytest.mark.parametrize(
    "part", [cost_results, loop_results, accuracy_results, speedups_in_brief, numerics_table, target_results]
)
def test_where_nothing_was_measured_a_sentence_stands_in_place_of_figures(empty, part):
    html = part(Section(empty, "en", OWN, 4))
    assert "<svg" not in html
    assert "<table" not in html
    assert html.startswith("<p>")


def test_without_scaling_curves_there_is_no_figure_and_no_table(empty):
    section = Section(empty, "en", OWN, 8)
    assert curve_results(section, curve_points(section)) == ""


def test_without_times_of_numpy_there_is_nothing_to_hold_kernels_against(empty):
    assert speedup_results(Section(empty, "en", OWN, 6)) == ""
