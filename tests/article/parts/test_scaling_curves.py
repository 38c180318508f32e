"""Scaling curves."""

import pandas as pd
import pytest

from article import numbers
from article.parts.scaling_curves import (
    CURVE,
    course,
    crossings,
    curve_figure,
    curve_points,
    curve_results,
    quantities,
    times_figure,
)
from article.section import Section
from bench.results import selection
from tests.article.planted import OWN


def test_curves_of_one_axis_are_told_apart_by_what_stands_before_it(tables):
    section = Section(tables, "en", OWN, 8)
    found = curve_points(section)
    gmm = found[(found["workload"] == "gmm") & (found["hardware"] == OWN)]
    assert set(gmm["axis"]) == {"components"}
    assert set(gmm["curve"]) == {"d2-n1000-components", "d10-n1000-components"}
    assert "(d = 2, n = 1,000)" in curve_results(section, gmm)


def test_a_single_point_is_no_curve(tables, monkeypatch):
    section = Section(tables, "en", OWN, 8)
    points = curve_points(section)
    assert points.groupby(CURVE)["point"].nunique().min() > 1
    first = points[points["size"] == points["size"].iloc[0]]
    monkeypatch.setattr(selection, "cells", lambda tables, machine: first)
    assert len(first) and not len(curve_points(section))


@pytest.mark.parametrize(("share", "panel"), [(0.5, "share"), (None, "items")])
def test_throughput_is_a_share_of_the_peak_where_that_is_known(tables, share, panel):
    curve = next(own for _, own in curve_points(Section(tables, "en", OWN, 8)).groupby(CURVE, sort=False))
    assert list(quantities(curve.assign(share_of_peak=share), "batch")["panel"].unique()) == ["seconds", panel, "bytes"]


def test_a_case_of_a_published_table_stands_at_its_items(tables):
    found = curve_points(Section(tables, "en", OWN, 8))
    cases = found[found["axis"] == "case"]
    assert cases["point"].min() == pytest.approx(31843)


def test_further_curves_over_an_axis_are_panels_of_one_figure_that_is_made_later(tables):
    section = Section(tables, "en", OWN, 8)
    found = curve_points(section)
    components = found[(found["axis"] == "components") & (found["hardware"] == OWN)]
    curves = [own for _, own in components.groupby(CURVE, sort=False)]
    assert len(curves) > 1
    html = times_figure(section, curves)
    assert html.count("<figure") == 1
    assert html.count('viewBox="0 0 340') == len(curves)
    assert f"of {len(curves)} curves" in html
    alone, own = (Section(tables, "en", OWN, 8) for _ in range(2))
    assert times_figure(alone, curves[:1]) == curve_figure(own, curves[0])
    assert "<noscript>" in curve_results(section, components)


def test_a_curve_of_single_trials_tells_its_course_instead_of_counting_verdicts(tables):
    section = Section(tables, "en", OWN, 8)
    curve = next(own for _, own in curve_points(section).groupby(CURVE, sort=False))
    said = course(section, curve.assign(runs=1))
    row = next(curve.itertuples())
    found = tables.frame("comparisons")
    found = found[found["best"].fillna(False).astype(bool) & (found["hardware"] == OWN)]
    found = found[(found["workload"] == row.workload) & (found["task"] == row.task)].set_index("size")["ratio"]
    (at, first), *_, (end, last) = sorted({(point.point, found[point.size]) for point in curve.itertuples()})
    shown = f"{numbers.digits(first)} at {numbers.count(at)} and {numbers.digits(last)} at {numbers.count(end)}"
    assert f"is {shown}; one trial a point" in str(said), "the ratios of the comparisons"
    assert course(section, curve.assign(runs=3)) is None
    assert course(section, curve[curve["size"] == row.size].assign(runs=1)) is None, "one point"


@pytest.mark.parametrize(("linear", "point", "seconds"), [(False, 100.0, 4.0), (True, 505.0, 4.0)])
def test_curves_cross_where_the_lines_that_are_drawn_do(linear, point, seconds):
    values = {("torch", "eager"): (2.0, 8.0), ("torch", "compile"): (9.0, 9.0), ("jax", "jit"): (4.0, 4.0)}
    rows = [
        {"panel": "seconds", "framework": framework, "mode": mode, "point": at, "value": value, "linear": linear}
        for (framework, mode), pair in values.items()
        for at, value in zip((10.0, 1000.0), pair, strict=True)
    ]
    (found,) = crossings(pd.DataFrame(rows)).itertuples()
    assert (found.point, found.seconds) == pytest.approx((point, seconds))
    apart = pd.DataFrame(rows).assign(value=lambda frame: frame["value"].where(frame["framework"] == "jax", 9.0))
    assert not len(crossings(apart))
    assert not len(crossings(pd.DataFrame(rows[:4])))
