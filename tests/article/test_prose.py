"""Markdown with values and formulas."""

import re

import pytest
from jinja2 import UndefinedError

from article import prose
from bench.results.intervals import Interval

HOSTILE = "<script>alert(1)</script> *bold* [link](javascript:alert(1)) $x$ `code`"


def test_a_formula_becomes_mathml():
    html = prose.render("inline $y = xW$ and\n\n$$\n\\frac{\\partial y}{\\partial x} = W\n$$\n", {}, "en")
    assert html.count("<math") == 2
    assert "<mfrac>" in html
    assert "$" not in html


def test_a_value_from_outside_is_neither_markup_nor_formatting():
    html = prose.render("**{{ host }}** and `{{ host }}`", {"host": HOSTILE}, "en")
    assert "<script" not in html
    assert "<a " not in html
    assert "<em>" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt; *bold* [link](javascript:alert(1)) $x$ `code`") == 2


def test_a_value_inside_a_listing_is_escaped_once():
    assert "&lt;b&gt;" in prose.render("```\n{{ value }}\n```", {"value": "<b>"}, "en")


def test_html_in_the_source_of_a_text_stays_text():
    assert "<script" not in prose.render("<script>alert(1)</script>", {}, "en")


def test_an_unknown_name_is_an_error():
    with pytest.raises(UndefinedError):
        prose.render("{{ missing }}", {}, "en")


@pytest.mark.parametrize("value", [1.5, None, float("nan")])
def test_a_number_without_a_format_is_refused(value):
    with pytest.raises(ValueError, match="without a format"):
        prose.render("{{ value }}", {"value": value}, "en")


def test_a_formatted_interval_is_shown():
    assert "1.23 [1.10," in prose.render("{{ r | ratio }}", {"r": Interval(1.23, 1.1, 1.37)}, "en")


def test_a_line_break_in_chinese_text_is_no_space():
    assert "一二" in prose.render("一\n二", {}, "zh")
    assert "一\n二" in prose.render("一\n二", {}, "en")


def test_a_block_named_twice_is_refused(tmp_path):
    (tmp_path / "a.md").write_text("<!-- block: a -->\nx\n<!-- block: a -->\ny\n")
    with pytest.raises(ValueError, match="named twice"):
        prose.blocks(tmp_path / "a.md")


def test_text_before_the_first_block_is_refused(tmp_path):
    (tmp_path / "a.md").write_text("lost\n<!-- block: a -->\nx\n")
    with pytest.raises(ValueError, match="before the first block"):
        prose.blocks(tmp_path / "a.md")


def test_a_table_in_a_text_scrolls_in_a_box_of_its_own():
    html = prose.render("| a | b |\n|---|---|\n| 1 | 2 |\n", {}, "en")
    assert re.search(r'<div class="scroll" tabindex="0"[^>]*><table>', html)
