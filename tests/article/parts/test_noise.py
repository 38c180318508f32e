"""The noise floor and the coverage of the A/A comparisons."""

from article.parts.noise import noise_results
from article.section import Section
from tests.article.planted import OWN


def test_the_floor_is_told_with_its_interval_and_with_how_many_twins_are_covered(tables):
    html = noise_results(Section(tables, "en", OWN, 10)).replace("\u00a0", " ")
    assert f"{OWN}, CPU: the noise floor is 0.941 [" in html
    assert "%, from 6 twins; the 95 % intervals of 5 of them contain 1." in html


def test_without_twins_a_sentence_says_what_follows_from_that(empty):
    html = noise_results(Section(empty, "en", OWN, 10))
    assert "no difference is believed" in html
    assert "<table" not in html
