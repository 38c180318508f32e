"""Labels that are broken into lines before they are shortened."""

import pandas as pd
import pytest

from article.figures.axes import height_above, lines_above, row_groups, text_width, wrap


@pytest.mark.parametrize(
    ("text", "width", "lines", "wrapped"),
    [
        ("short", 100, 2, "short"),
        ("Hand tracking · Jacobian", 100, 2, "Hand tracking\nJacobian"),
        ("Hand tracking — this-machine", 110, 2, "Hand tracking\n— this-machine"),
        ("Derivatives of a perceptron · small", 110, 2, "Derivatives of\na perceptron…"),
        ("Derivatives of a perceptron · small", 110, 3, "Derivatives of\na perceptron\nsmall"),
        ("unbreakable-label-of-one-word", 100, 2, "unbreakable-l…"),
    ],
)
def test_a_label_is_broken_at_its_parts_then_between_words_and_shortened_last(text, width, lines, wrapped):
    assert wrap(text, width, lines=lines) == wrapped
    assert all(text_width(line) <= width for line in wrapped.split("\n"))


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("short", ["short", "1.20"]),
        ("Hand tracking · Jacobian", ["Hand tracking", "Jacobian  1.20"]),
        ("Hand tracking · Jacobian, loop", ["Hand tracking", "Jacobian, loop", "1.20"]),
    ],
)
def test_a_value_shares_the_last_line_of_its_label_or_has_one_of_its_own(label, lines):
    assert lines_above(label, 100, "1.20") == lines
    assert all(text_width(line) <= 120 for line in lines)


def test_rows_are_higher_where_a_label_has_more_lines():
    assert height_above(["short"], ["1.20"], 120) == 62
    assert height_above(["short", "Hand tracking · Jacobian, loop"], ["1.20", "1.20"], 120) == 77


@pytest.mark.parametrize(
    ("columns", "headings"),
    [
        ({}, [""]),
        ({"panel": ["m", "m", "m"]}, [""]),
        ({"panel": ["m", "m", "n"]}, ["m", "n"]),
        ({"group": ["kernels", "kernels", "training"]}, ["kernels", "training"]),
        (
            {"panel": ["m", "n", "n"], "group": ["kernels", "kernels", "training"]},
            ["m · kernels", "n · kernels", "n · training"],
        ),
    ],
)
def test_a_heading_names_what_tells_panels_apart(columns, headings):
    data = pd.DataFrame({"label": ["a", "b", "c"], **columns})
    assert [heading for heading, _ in row_groups(data)] == headings


def test_every_part_of_a_group_of_many_rows_has_its_heading():
    data = pd.DataFrame(
        {"label": [f"row {place}" for place in range(14)], "group": ["kernels"] * 12 + ["training"] * 2}
    )
    assert [(heading, len(part)) for heading, part in row_groups(data)] == [
        ("kernels", 6),
        ("kernels", 6),
        ("training", 2),
    ]
