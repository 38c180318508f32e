"""Terms lead to what they mean, from their first use in a section."""

import re

import pytest
from markupsafe import Markup

from article.glossary import definitions, linked, terms
from article.section import LANGUAGES
from article.words import read_words


def test_the_first_use_of_a_term_leads_to_its_meaning_and_no_other():
    html = linked(Markup("<p>Twins? A twin, <b>a twin</b> and intertwined.</p><p>A twin.</p>"), read_words("en"))
    said = '<p>Twins? A <a class="term" href="#term-twin">twin</a>, <b>a twin</b> and intertwined.</p><p>A twin.</p>'
    assert html == said


@pytest.mark.parametrize(
    "html",
    [
        '<p><a href="#x">a twin</a></p>',
        "<p><code>twin</code></p>",
        "<h3>A twin</h3>",
        "<svg><text>twin</text></svg>",
        "<table><tr><td>a twin</td></tr></table>",
        '<p title="a twin">x</p>',
        "<details><summary>a twin</summary></details>",
    ],
)
def test_what_is_no_running_text_stays_as_it_is(html):
    assert linked(Markup(html), read_words("en")) == html


def test_a_longer_term_is_not_cut_by_a_shorter_one():
    html = linked(Markup("<p>In the best mode of each</p>"), read_words("en"))
    assert ">best mode</a>" in html


def test_the_other_way_round_is_no_round():
    html = linked(Markup("<p>The other way round in 7 rounds</p>"), read_words("en"))
    assert re.findall(r'#term-round">(\w+)<', html) == ["rounds"]


def test_chinese_terms_are_found_without_blanks():
    assert ">孪生变体</a>" in linked(Markup("<p>这样的孪生变体本不应有差异</p>"), read_words("zh"))


def test_both_languages_define_the_same_terms():
    first, second = (terms(read_words(language)) for language in LANGUAGES)
    assert first == second
    assert len(first) > 10


@pytest.mark.xdist_group("pages")
def test_every_use_on_the_page_leads_to_a_definition_and_every_term_is_used(pages):
    for language, page in pages.items():
        html = page.read_text(encoding="utf-8")
        used = set(re.findall(r'class="term" href="#([^"]+)"', html))
        defined = {identity for identity, _, _ in definitions(read_words(language))}
        assert used == defined
        for name in defined:
            assert html.count(f'id="{name}"') == 1
