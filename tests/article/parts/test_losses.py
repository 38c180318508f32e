"""How far the losses of the two frameworks are apart, and where that can be seen."""

import re

import numpy as np
import pandas as pd
import pytest

from article import numbers
from article.figures.errors import EPSILON
from article.figures.losses import agreement_plot, course_plot, place_of_none
from article.figures.palette import INK
from article.parts.losses import COLUMNS, agreement_figure, course_figure, differences, visibly_apart
from article.section import Section
from article.words import read_words
from bench.results.tables import Tables

TORCH, COMPILED, JAX = ("torch", "eager"), ("torch", "compile"), ("jax", "jit")
NEAR = {TORCH: [4.0, 2.0, 1.0], COMPILED: [4.0, 2.0, 1.0 + 1e-6], JAX: [4.0, 2.0 + 4e-7, 1.0]}
APART = {TORCH: [4.0, 2.0, 1.0], JAX: [4.0, 2.5, 1.0]}


def losses(**panels):
    """Rows of loss curves: of every panel the losses of its variants."""
    rows = [
        (panel, f"training/{panel}", framework, mode, "float32", 1e-4, step, loss)
        for panel, variants in panels.items()
        for (framework, mode), values in variants.items()
        for step, loss in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.fixture(params=["en", "zh"])
def section(request, tmp_path):
    return Section(Tables(tmp_path), request.param, "here", 5)


def finding(html):
    return re.findall(r'class="finding">(.*?)</p>', html, re.DOTALL)[0]


def test_a_difference_is_the_largest_between_a_variant_of_each_framework_over_the_loss():
    data = losses(near=NEAR)
    assert list(differences(data, data["loss"])["difference"]) == pytest.approx([0.0, 2e-7, 1e-6], rel=1e-3)


def test_the_variants_of_one_framework_are_not_held_against_each_other():
    data = losses(alone={TORCH: [1.0, 2.0], COMPILED: [1.5, 2.0]})
    assert len(differences(data, data["loss"])) == 0


def test_a_step_of_which_a_loss_is_no_number_has_no_difference():
    data = losses(near={TORCH: [1.0, np.nan], JAX: [1.0, np.nan]})
    assert list(differences(data, data["loss"])["step"]) == [0]


def test_losses_of_zero_differ_by_nothing():
    data = losses(near={TORCH: [0.0, 1.0], JAX: [0.0, 1.0]})
    assert list(differences(data, data["loss"])["difference"]) == [0.0, 0.0]


def test_only_curves_that_can_be_told_from_each_other_are_drawn_over_each_other():
    data = losses(near=NEAR, apart=APART)
    assert set(visibly_apart(data, differences(data, data["loss"]))["panel"]) == {"apart"}


def test_a_loss_on_which_the_frameworks_agree_is_one_curve_beside_their_difference():
    data = losses(near=NEAR)
    found = differences(data, data["loss"])
    drawing = course_plot(found, visibly_apart(data, found), read_words("en").under("figure.curve"))
    loss, gap = drawing.axes
    assert [line.get_color() for line in loss.lines] == [INK]
    assert drawing.legend == []
    levels = {float(np.asarray(line.get_ydata())[0]) for line in gap.lines if line.get_linestyle() in ("--", ":")}
    assert levels == {EPSILON["float32"], 1e-4}
    assert gap.get_yscale() == "log"


def test_losses_that_part_are_drawn_by_variant():
    data = losses(apart=APART)
    found = differences(data, data["loss"])
    drawing = course_plot(found, visibly_apart(data, found), read_words("en").under("figure.curve"))
    assert len(drawing.axes[0].lines) == len(drawing.legend) == 2


def test_the_first_losses_are_rows_and_those_that_part_are_curves_too():
    data = losses(near=NEAR, apart=APART)
    found = differences(data, data["loss"])
    words = read_words("en").under("figure.loss")
    drawing = agreement_plot(found.rename(columns={"panel": "label"}), visibly_apart(data, found), words)
    rows, curves = drawing.axes
    assert [text.get_text() for text in rows.texts if text.get_text() in ("near", "apart")] == ["near", "apart"]
    assert len(curves.lines) == 2
    assert {label for label, _, _ in drawing.legend} == {"torch eager", "jax jit"}


def test_no_difference_has_a_place_of_its_own_below_all_others():
    assert place_of_none(pd.Series([0.0, 3e-7, 1e-3])) == pytest.approx(1e-8)
    assert place_of_none(pd.Series([0.0, 0.0])) > 0


def test_the_titles_tell_how_near_the_losses_are(section):
    data = losses(near=NEAR, apart=APART)
    most = numbers.scientific(0.125)
    told = section.phrase("shows.losses", median=numbers.scientific((0.125 + 2.5e-7) / 2), most=most, problem="apart")
    assert finding(agreement_figure(section, data, "loss")) == told
    near = course_figure(section, losses(near=NEAR), "curve")
    assert finding(near) == section.phrase("shows.course", most=numbers.scientific(1e-6))
    same = losses(near={TORCH: [2.0, 1.0], JAX: [2.0, 1.0]})
    assert finding(course_figure(section, same, "curve")) == section.phrase("shows.same losses")
    assert finding(agreement_figure(section, same, "loss")) == section.phrase("shows.same losses")


def test_the_problems_come_in_the_order_in_which_their_losses_part(section):
    html = agreement_figure(section, losses(apart=APART, near=NEAR), "loss")
    assert html.index(">near</text>") < html.index(">apart</text>")


def test_without_losses_both_figures_are_a_sentence(section):
    for html in (course_figure(section, losses(), "curve"), agreement_figure(section, losses(), "loss")):
        assert "<svg" not in html and "<p>" in html
