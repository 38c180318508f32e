"""What it brings to take many steps in one call."""

from article.parts.many_steps import many_step_results, many_steps
from article.section import Section
from tests.article.planted import OTHER, OWN


def test_many_steps_are_held_against_one_step_of_the_same_framework(tables):
    section = Section(tables, "en", OWN, 2)
    found = many_steps(section)
    assert set(zip(found["framework"], found["mode"], strict=True)) == {("jax", "scan")}
    html = many_step_results(section, found)
    assert "In JAX, a step in a call of its own takes between" in html
    assert html.count("<tr") == len(found) + 1
    assert OTHER not in html.split("<table")[0]


def test_where_there_are_none_nothing_stands_there(empty):
    section = Section(empty, "en", OWN, 2)
    assert many_step_results(section, many_steps(section)) == ""
