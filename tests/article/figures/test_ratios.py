"""The figure of ratios."""

import numpy as np
import pandas as pd
import pytest

from article.figures.ratios import MARKS, ratio_plot
from article.words import read_words
from bench.vocabulary import CASE_VERDICTS, VERDICTS

WORDS = read_words("en").under("figure.ratio")


def rows(*ratios, verdict="jax faster", margin=0.05):
    return pd.DataFrame(
        {
            "panel": "here",
            "label": [f"row {place}" for place in range(len(ratios))],
            "ratio": ratios,
            "low": [0.99 * ratio for ratio in ratios],
            "high": [1.01 * ratio for ratio in ratios],
            "verdict": verdict,
            "noise_floor": 0.01,
            "equal_within": margin,
            "text": "1",
        }
    )


def margins(drawing):
    """Where dotted lines stand."""
    lines = [line for axis in drawing.axes for line in axis.lines if line.get_linestyle() == ":"]
    return sorted(float(line.get_xdata()[0]) for line in lines)


def test_every_verdict_has_a_marker_of_its_own_without_colour():
    for verdicts in (VERDICTS, CASE_VERDICTS):
        drawn = [MARKS[name][1] for name in verdicts if name in MARKS]
        assert len(set(drawn)) == len(drawn) >= 4


def test_the_legend_counts_each_verdict_that_occurs():
    data = pd.concat([rows(1.5, 1.6), rows(1.0, verdict="equal"), rows(1.2, verdict="undecided")])
    assert [words for words, *_ in ratio_plot(data, WORDS).legend] == ["JAX faster: 2", "equal: 1", "undecided: 1"]


def test_an_undecided_ratio_is_a_hollow_circle():
    (axis,) = ratio_plot(rows(1.0, 1.1, verdict="undecided"), WORDS).axes
    points = [line for line in axis.lines if line.get_marker() == "o"]
    assert len(points) == 2
    assert all(point.get_markerfacecolor() != point.get_markeredgecolor() for point in points)


def test_the_margin_of_equality_is_drawn_where_it_can_be_told_from_the_line_at_one():
    assert margins(ratio_plot(rows(0.9, 1.5), WORDS)) == pytest.approx([1 / 1.05, 1.05])
    assert margins(ratio_plot(rows(0.001, 1000.0), WORDS)) == []
    assert margins(ratio_plot(rows(0.9, 1.5, margin=None), WORDS)) == []


def test_a_ratio_far_beyond_all_others_is_an_arrow_with_its_factor_and_squeezes_nothing():
    *others, axis = ratio_plot(rows(*[0.9, 1.1, 1.2, 0.8, 1.3] * 3, 207.0), WORDS).axes
    assert {other.get_xlim() for other in others} == {axis.get_xlim()}
    assert axis.get_xlim()[1] < 3
    assert "207×" in [text.get_text() for text in axis.texts]
    (arrow,) = (line for line in axis.lines if line.get_marker() == ">")
    assert np.asarray(arrow.get_xdata())[0] == pytest.approx(axis.get_xlim()[1])


def test_the_axis_says_twice_as_fast_on_both_sides():
    axis = ratio_plot(rows(0.3, 0.5, 1.1, 2.0, 3.0), WORDS).axes[0]
    formatter = axis.xaxis.get_major_formatter()
    assert [formatter(tick) for tick in axis.get_xticks()].count("2×") == 2
