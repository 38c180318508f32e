"""What it brings to take many steps in one call."""

from article.parts.many_steps import many_step_results, many_steps
from article.section import Section
from bench.vocabulary import MANY_STEPS
from tests.article.planted import OTHER, OWN


def test_many_steps_are_held_against_one_step_of_the_same_framework(tables):
    section = Section(tables, "en", OWN, 2)
    found = many_steps(section)
    assert {*zip(found["framework"], found["mode"], strict=True)} == {*MANY_STEPS}
    html = many_step_results(section, found)
    for framework in ("PyTorch", "JAX"):
        assert f"In {framework}, a step in a call of its own takes " in html
    assert OTHER not in html.split("<figure")[0]


def test_the_frameworks_are_compared_with_many_steps_in_both(tables):
    section = Section(tables, "en", OWN, 2)
    html = many_step_results(section, many_steps(section))
    rivals = html.split("many steps in a call in both")[1]
    assert "many" in rivals
    assert "scan" in rivals
    assert "compile" not in rivals


def test_where_there_are_none_nothing_stands_there(empty):
    section = Section(empty, "en", OWN, 2)
    assert many_step_results(section, many_steps(section)) == ""
