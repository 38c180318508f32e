"""Labels that are broken into lines before they are shortened."""

import pytest

from article.figures.axes import text_width, wrap


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
