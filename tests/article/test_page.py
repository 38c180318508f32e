"""What the assembling of a page does to its sections."""

import re

from markupsafe import Markup

from article.page import ExecutedSection, with_shared_styles

LINE = '<path d="M 0 0" style="stroke: red" />'


def sections(*contents):
    return [ExecutedSection(number, "title", Markup(content)) for number, content in enumerate(contents)]


def test_a_style_that_drawings_repeat_becomes_one_rule():
    found, rules = with_shared_styles(sections(LINE * 3, LINE + '<text x="1" style="fill: blue">a</text>'))
    assert rules.count("stroke: red") == rules.count("fill: blue") == 1
    html = "".join(section.content for section in found)
    assert "style=" not in html
    (name,) = set(re.findall(r'<path d="M 0 0" class="(\w+)" />', html))
    assert f".{name} {{ stroke: red }}" in rules
    assert len(re.findall(name, html)) == 4


def test_a_section_is_the_same_whatever_else_is_on_the_page():
    (alone,), _ = with_shared_styles(sections(LINE))
    beside, _ = with_shared_styles(sections(LINE, '<text style="fill: blue">a</text>'))
    assert alone.content == beside[0].content


def test_an_element_with_a_class_keeps_its_style_and_text_is_left_alone():
    content = '<svg class="plot" style="max-width:860px"></svg><p>&lt;p style=&#34;x&#34;&gt; a style="b"</p>'
    (found,), rules = with_shared_styles(sections(content))
    assert found.content == content
    assert rules == ""
