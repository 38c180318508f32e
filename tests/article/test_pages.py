"""The assembled pages: complete, self-contained, safe, and alike in both languages."""

import json
import math
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import html5lib
import pytest
import yaml

from article.citation import read_publication
from article.page import page as page_of
from article.section import FOLDER
from article.words import read_words
from bench import catalogue, schema
from bench.results.tables import Tables
from scripts.render import only_tiny
from tests import checkers
from tests.article.planted import HOSTILE, OTHER, OWN
from tests.checkout import ROOT

pytestmark = pytest.mark.xdist_group("pages")  # made once, in one process

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


class Reader(HTMLParser):
    """Text of the main part (without listings and drawn labels, which may be shortened), ids and links of a page."""

    def __init__(self, page):
        super().__init__()
        self.text: list[str] = []
        self.identities: list[str] = []
        self.links: list[str] = []
        self.resources: list[str] = []
        self.metadata: list[tuple[str | None, str | None]] = []
        self.tags: Counter[str] = Counter()
        self._hidden = self._main = 0
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags[tag] += 1
        self._main += tag == "main"
        self._hidden += tag in ("pre", "style", "script", "code", "cite", "text", "h4")
        if "id" in attributes:
            self.identities.append(attributes["id"])
        self.links += [value for name, value in attributes.items() if name in ("href", "src")]
        self.resources += [
            value for name, value in attributes.items() if name == "src" or (name, tag) == ("href", "use")
        ]
        if tag == "link":
            self.resources.append(attributes["href"])
        if tag == "meta":
            self.metadata.append((attributes.get("name") or attributes.get("property"), attributes.get("content")))

    def handle_endtag(self, tag):
        self._main -= tag == "main"
        self._hidden -= tag in ("pre", "style", "script", "code", "cite", "text", "h4")

    def handle_data(self, data):
        if self._main and not self._hidden:
            self.text.append(data)


@pytest.fixture(params=["full", "empty"])
def both(request):
    pages = request.getfixturevalue("pages" if request.param == "full" else "empty_pages")
    return {language: Reader(page) for language, page in pages.items()}


def test_both_languages_have_the_same_numbers(both):
    numbers = {language: Counter(NUMBER.findall(" ".join(reader.text))) for language, reader in both.items()}
    assert numbers["en"] - numbers["zh"] == Counter()
    assert numbers["zh"] - numbers["en"] == Counter()


def test_a_page_is_html_without_an_error_of_its_syntax(pages, empty_pages):
    for page in (*pages.values(), *empty_pages.values()):
        parser = html5lib.HTMLParser()
        parser.parse(page.read_text(encoding="utf-8"))
        assert [(place, name) for place, name, _ in parser.errors] == [], page


def test_html_validate_finds_nothing(pages, empty_pages):
    named = (*pages.values(), *empty_pages.values())
    options = ("--config", "htmlvalidate.json", "--formatter", "text")
    said = checkers.run("html-validate", "node_modules/html-validate/bin/html-validate.mjs", *options, *named)
    assert said == ""


def test_an_id_occurs_once(both):
    for reader in both.values():
        assert [name for name, count in Counter(reader.identities).items() if count > 1] == []


def test_a_link_leads_somewhere(pages, empty_pages):
    for page in (*pages.values(), *empty_pages.values()):
        reader = Reader(page)
        for link in reader.links:
            if link.startswith("#"):
                assert link[1:].split("?")[0] in reader.identities, link
            elif not link.startswith("http"):
                assert (page.parent / link).resolve().exists(), link


def test_nothing_is_not_a_number(both):
    for reader in both.values():
        assert not re.search(r"\bnan\b|\bNone\b|\binf\b|\bNaT\b|\{\{|\*\*", " ".join(reader.text))


def test_the_page_has_one_script_and_it_is_ours(both):
    for reader in both.values():
        assert reader.tags["script"] == 1


def test_markup_from_outside_is_shown_as_text(pages):
    for page in pages.values():
        html = page.read_text(encoding="utf-8")
        assert HOSTILE not in html
        assert "&lt;script&gt;alert" in html


def test_every_claim_has_its_box_on_both_pages(both):
    claims = {f"claim-{claim['id']}" for claim in yaml.safe_load((FOLDER / "claims.yaml").read_text())}
    for reader in both.values():
        assert claims <= set(reader.identities)


@pytest.mark.parametrize(("sizes", "said"), [(["tiny"], True), (["tiny", "small"], False), ([], False)])
def test_numbers_of_the_smallest_size_alone_mean_nothing(synthetic, tmp_path, sizes, said):
    runs = schema.read(synthetic / "runs.parquet", "runs")
    own = (row for row in runs if row["hardware"] == OWN)
    chosen = [row | {"size": size} for row, size in zip(own, sizes, strict=False)]
    others = [row for row in runs if row["hardware"] == OTHER]
    schema.write(tmp_path / "runs.parquet", "runs", chosen + others)
    publication = replace(read_publication(), tiny=only_tiny(Tables(tmp_path), OWN))
    assert publication.tiny == said
    assert ('class="banner"' in page_of("en", [], [], publication)) == said


@pytest.mark.slow
def test_after_one_trial_the_page_says_undecided_and_counts_nobody_as_faster(one_trial, tmp_path, build):
    shutil.copytree(one_trial.folder, tmp_path / "data")
    pages = build(tmp_path, tmp_path / "data", OWN)
    text = {language: " ".join(Reader(page).text) for language, page in pages.items()}
    assert not re.search(r"faster[^.]* in 0 of|\bnan\b", text["en"])
    assert not re.search(r"\bnan\b", text["zh"])
    assert "Undecided" in text["en"]
    assert "无法判定" in text["zh"]
    assert not re.search(r"<tbody>\s*</tbody>", pages["en"].read_text(encoding="utf-8"))


def test_every_machine_stands_in_every_kind_of_result(pages):
    html = pages["en"].read_text(encoding="utf-8")
    for section in re.split(r'<section id="', html)[1:]:
        if section.startswith(("section-0", "section-2", "section-5", "section-10")):
            assert OWN in section
            assert OTHER in section


def test_every_figure_has_its_finding_as_a_title(pages):
    for page in pages.values():
        figures = re.findall(r'<figure id="figure-[^>]*>\s*(<p class="finding">)?', page.read_text(encoding="utf-8"))
        assert len(figures) > 20
        assert all(figures)


def test_a_failure_is_listed_with_its_message(pages):
    html = pages["en"].read_text(encoding="utf-8")
    assert "Cells without a result" in html
    assert "out of memory" in html
    assert "timed out" in html


def test_a_transformation_says_what_became_of_it_and_a_namespace_what_it_lacks(pages):
    html = pages["en"].read_text(encoding="utf-8")
    matrix = html[html.index('id="section-3"') : html.index('id="section-4"')]
    assert ">right</span>" in matrix
    assert ">wrong value</span>" in matrix
    assert ">ended the process</span>" in matrix
    assert "Not there by name: busday_count." in html


def test_a_page_needs_nothing_from_outside(both):
    for reader in both.values():
        assert not [link for link in reader.resources if not link.startswith("#")]


def test_a_link_to_the_outside_leads_to_a_cited_work_or_to_a_report(both):
    works = yaml.safe_load((FOLDER / "references.yaml").read_text())["works"]
    places = {f"https://doi.org/{work['doi']}" if "doi" in work else work["url"] for work in works}
    reports = {filed.source for item in catalogue.timed().values() for filed in catalogue.complaints(item.name)}
    for reader in both.values():
        assert {link for link in reader.links if re.match(r"\w+:|//", link)} - reports == places - reports


def test_the_head_says_how_the_page_is_cited(pages):
    for language, page in pages.items():
        found = dict(Reader(page).metadata)
        assert found["citation_title"] == found["DC.title"] == found["og:title"] == read_words(language)["title"]
        assert found["citation_publication_date"] == "2026/01/01"
        assert found["DC.date"] == found["article:modified_time"] == "2026-01-01"
        assert found["citation_author"] == found["DC.creator"] == "PyTorch against JAX contributors"
        assert found["DC.rights"] == "MIT"
        assert found["og:locale"] == {"en": "en_GB", "zh": "zh_CN"}[language]


def test_a_page_that_is_published_nowhere_has_no_address(pages):
    for page in pages.values():
        assert "<link" not in page.read_text(encoding="utf-8")


def test_the_title_block_tells_authors_day_version_commit_and_licence_and_how_to_cite(pages):
    header = pages["en"].read_text(encoding="utf-8").split("</header>")[0]
    version = yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"]
    for said in ("PyTorch against JAX contributors", "measured until 2026-01-01", f"version {version}", "licence MIT"):
        assert said in header
    assert "@misc{pytorch-against-jax-2026-01-01," in header
    assert f"results of {OWN}" in header


@pytest.mark.slow
def test_papermill_and_the_command_line_make_the_same_section(synthetic, pages, tmp_path):
    section, executed = "06_scenarios.ipynb", tmp_path / "notebooks"
    executed.mkdir()
    parameters = {"tables": synthetic, "machine": OWN, "language": "en", "workflow": "workflow"}
    subprocess.run(
        [
            sys.executable,
            "-m",
            "papermill",
            f"workflow/article/notebooks/{section}",
            executed / section,
            "-k",
            "python3",
            "--no-progress-bar",
            *(word for name, value in parameters.items() for word in ("-r", name, str(value))),
        ],
        check=True,
        cwd=ROOT,
        capture_output=True,
        timeout=300,
    )
    page = tmp_path / "index.html"
    subprocess.run(
        [
            sys.executable,
            "workflow/scripts/render.py",
            *("--language", "en", "--notebooks", executed, "--tables", synthetic, "--machine", OWN, "--output", page),
        ],
        check=True,
        cwd=ROOT,
        capture_output=True,
        timeout=300,
    )

    def text_of(path):
        return re.findall(r'<section id="section-6".*?</section>', path.read_text(encoding="utf-8"), re.DOTALL)

    assert text_of(page) == text_of(pages["en"]) != []


@pytest.mark.slow
def test_absurd_amounts_of_another_machine_do_not_stop_the_page(synthetic, tmp_path, build):
    """Only what a reader of the files lets through: zeros where nothing should be zero, infinite numbers elsewhere."""
    shutil.copytree(synthetic, tmp_path / "data")
    for name in ("cells", "comparisons", "parity", "noise", "events", "claims", "peaks"):
        rows = schema.read(synthetic / f"{name}.parquet", name)
        for row in rows:
            if row["hardware"] != OTHER:
                continue
            for column, kind in schema.TABLES[name].items():
                if kind == schema.number and row[column] is not None:
                    row[column] = 0.0 if column.endswith(schema.AMOUNTS) else math.inf
        schema.write(tmp_path / f"data/{name}.parquet", name, rows)
    (tmp_path / "data/machines.json").write_text(json.dumps({OTHER: {"memory_bytes": "much", "gpus": 3}}))
    pages = build(tmp_path, tmp_path / "data", OWN, languages=["en"])
    assert not re.search(r"\bnan\b|\binf\b", " ".join(Reader(pages["en"]).text))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["index.html"], "Install Chromium, or open the page in any browser"), ([], "there is no page in report/ yet")],
)
def test_where_nothing_can_be_printed_a_sentence_says_why(arguments, said, tmp_path):
    (tmp_path / "index.html").write_text("<!doctype html>")
    done = subprocess.run(
        [sys.executable, ROOT / "workflow/scripts/pdf.py", *arguments],
        cwd=tmp_path,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_notebook_whose_cell_failed_is_refused(tmp_path):
    (tmp_path / "01_background.ipynb").write_text(
        '{"cells": [{"outputs": [{"output_type": "error", "ename": "ValueError", "evalue": "no"}]}]}'
    )
    done = subprocess.run(
        [
            sys.executable,
            "workflow/scripts/render.py",
            "--language",
            "en",
            "--notebooks",
            tmp_path,
            "--tables",
            tmp_path,
            "--machine",
            OWN,
            "--output",
            tmp_path / "index.html",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode != 0
    assert "a cell failed: ValueError: no" in done.stderr
    assert not (tmp_path / "index.html").exists()
