"""Texts of others: what acts on a page or a terminal is shown as what it is."""

import json

import pytest

from bench import texts


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain, 中文, µs → ∂", "plain, 中文, µs → ∂"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x07", "\\u001b[31mred\\u0007"),
        ("evil\u202egpj.exe", "evil\\u202egpj.exe"),
        ("\ud800", "\\ud800"),
        ("\x9b2J\r", "\\u009b2J\\u000d"),
        ("a\ufeff\uffff", "a\\ufeff\\uffff"),
    ],
)
def test_what_acts_on_a_page_or_a_terminal_is_shown(text, seen):
    assert texts.shown(text) == seen


def test_a_line_stays_one_line():
    assert texts.one_line("a\nb\tc") == "a\\u000ab\\u0009c"


def test_json_of_others_holds_nothing_that_acts_and_no_number_that_is_none():
    text = json.dumps(
        {"\x1b": ["\u202e", {"a": "\ud800"}], "n": [float("nan"), float("inf"), 10**400, -1.5, True, None]}
    )
    assert texts.parsed(text) == {"\\u001b": ["\\u202e", {"a": "\\ud800"}], "n": [None, None, None, -1.5, True, None]}


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "1" * 5000])
def test_what_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"Expecting|nested|digits"):
        texts.parsed(text)
