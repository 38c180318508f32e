"""Scaling curves."""

import pytest

from article.parts.scaling_curves import curve_points, curve_results
from article.section import Section
from tests.article.planted import OWN


def test_curves_of_one_axis_are_told_apart_by_what_stands_before_it(tables):
    section = Section(tables, "en", OWN, 8)
    found = curve_points(section)
    gmm = found[(found["workload"] == "gmm") & (found["hardware"] == OWN)]
    assert set(gmm["axis"]) == {"components"}
    assert set(gmm["curve"]) == {"d2-n1000-components", "d10-n1000-components"}
    assert "(d = 2, n = 1,000)" in curve_results(section, gmm)


def test_a_case_of_a_published_table_stands_at_its_items(tables):
    found = curve_points(Section(tables, "en", OWN, 8))
    cases = found[found["axis"] == "case"]
    assert cases["point"].min() == pytest.approx(31843)
