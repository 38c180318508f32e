"""How the page is cited: what CITATION.cff says, a BibTeX entry, and the canonical address."""

import re
from dataclasses import replace

import pytest
import yaml

from article.citation import FILE, bibtex, metadata, read_publication
from article.page import canonical, page
from article.section import FOLDER

CONTENT = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def test_a_publication_says_what_the_file_says():
    found = read_publication(measured="2026-11-27", commit="abc1234", machine="this")
    assert (found.version, found.licence, found.released) == (
        CONTENT["version"],
        CONTENT["license"],
        CONTENT["date-released"],
    )
    assert found.authors == tuple(author["name"] for author in CONTENT["authors"])
    assert (found.date, found.year) == ("2026-11-27", "2026")


def test_without_a_measurement_the_day_is_that_of_the_release():
    assert read_publication().date == CONTENT["date-released"]


def test_a_person_signs_with_both_names(tmp_path):
    people = [{"given-names": "Ada", "family-names": "Lovelace"}, {"name": "A body"}]
    path = tmp_path / "CITATION.cff"
    path.write_text(yaml.safe_dump(CONTENT | {"authors": people}))
    assert read_publication(path).authors == ("Ada Lovelace", "A body")


def test_a_bibtex_entry_has_balanced_braces_and_no_bare_command():
    found = replace(read_publication(measured="2026-11-27"), authors=("A & B", "C_D {E}"), commit="1%2", machine="a_b")
    entry = bibtex(found, "100 % of \\LaTeX")
    plain = re.sub(r"\\.", "", entry)
    assert plain.count("{") == plain.count("}")
    assert not re.search(r"(?<!\\)[&%$#_]", entry)
    assert "author = {{A \\& B} and {C\\_D \\{E\\}}}" in entry
    assert "year = {2026}" in entry


def test_no_element_of_the_head_is_empty():
    for publication in (read_publication(), read_publication(measured="2026-11-27", commit="abc", machine="this")):
        assert all(content for _, _, content in metadata(publication, "en", "title", "description"))


@pytest.mark.parametrize(("language", "address"), [("en", "https://x.org/a/"), ("zh", "https://x.org/a/zh/")])
def test_the_canonical_address_is_the_published_one_where_it_is_known(language, address):
    assert canonical(replace(read_publication(), url="https://x.org/a"), language) == address
    assert canonical(read_publication(), language) is None


def test_a_published_page_names_itself_and_each_language_by_whole_addresses():
    publication = replace(read_publication(), url="https://x.org/a/")
    links = [{"code": "en", "tag": "en", "path": "../index.html", "name": "English"}]
    head = page("zh", [], links, publication).split("</head>")[0]
    assert re.findall("<link.*>", head) == [
        '<link rel="canonical" href="https://x.org/a/zh/">',
        '<link rel="alternate" hreflang="zh-Hans" href="https://x.org/a/zh/">',
        '<link rel="alternate" hreflang="en" href="https://x.org/a/">',
    ]


def test_a_page_leads_to_its_program_and_its_doi_where_the_file_names_them(tmp_path):
    path, code, doi = tmp_path / "CITATION.cff", "https://x.org/code", "10.5281/zenodo.1"
    path.write_text(yaml.safe_dump(CONTENT | {"repository-code": code, "doi": doi}))
    html, without = (page("en", [], [], read_publication(file)) for file in (path, FILE))
    links = re.findall('<a href="(https:[^"]*)"', html)
    assert links == [code, f"https://doi.org/{doi}"]
    assert f'<meta name="citation_doi" content="{doi}">' in html
    assert f"doi = {{{doi}}}" in bibtex(read_publication(path), "title")
    assert "doi" not in without
    assert not re.findall('<a href="https:', without)


def test_every_work_has_a_doi_or_an_address():
    for work in yaml.safe_load((FOLDER / "references.yaml").read_text(encoding="utf-8"))["works"]:
        assert ("doi" in work) != ("url" in work), work["id"]
        assert re.fullmatch(r"10\.\d{4,}/\S+", work["doi"]) if "doi" in work else work["url"].startswith("https://")


@pytest.mark.parametrize(
    ("language", "alone", "beside"), [("en", "on this machine", "on 3 machines"), ("zh", "本机", "3 台机器")]
)
def test_a_page_says_on_how_many_machines_it_was_measured(language, alone, beside):
    for machines, said in ((1, alone), (3, beside)):
        html = page(language, [], [], replace(read_publication(), machines=machines))
        (described,) = re.findall(r'<meta name="description" content="([^"]*)"', html)
        assert said in described
        assert f'<p class="subtitle">{described}</p>' in html
        assert html.count(described) == 4  # with those of Dublin Core and Open Graph
