"""Words, texts, notebooks, claims and references: both languages say the same, and nothing is missing."""

import ast
import json
import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest
import yaml
from jinja2 import nodes

from article import prose
from article.parts import scenarios
from article.section import FOLDER, LANGUAGES
from article.words import read_words

NOTEBOOKS = sorted((FOLDER / "notebooks").glob("*.ipynb"))
TEXTS = sorted(path.name for path in (FOLDER / "text/en").glob("*.md"))
CLAIMS = yaml.safe_load((FOLDER / "claims.yaml").read_text())
REFERENCES = yaml.safe_load((FOLDER / "references.yaml").read_text())


def sources(notebook):
    return ["".join(cell["source"]) for cell in json.loads(notebook.read_text())["cells"]]


def expressions(block):
    """What a block prints with a format, and the names it uses: whatever the order in which a language says it."""
    tree = prose.environment("en").parse(block)
    return prose.used(block), sorted(repr(node) for node in tree.find_all(nodes.Filter))


def entries(node, prefix=""):
    """Triples (dotted name, words, line) of a composed file of words, twice where an entry stands twice."""
    for key, value in node.value:
        if isinstance(value, yaml.MappingNode):
            yield from entries(value, f"{prefix}{key.value}.")
        else:
            yield f"{prefix}{key.value}", value.value, range(key.start_mark.line, value.end_mark.line + 1)


def words_of(language):
    return list(entries(yaml.compose((FOLDER / f"words/{language}.yaml").read_text(encoding="utf-8"))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_of_words_has_one_entry_a_line(language):
    lines = [line for _, _, lines in words_of(language) for line in lines]
    assert [line + 1 for line, count in Counter(lines).items() if count > 1] == []
    assert all(len(lines) == 1 for _, _, lines in words_of(language))


def test_both_languages_have_the_same_words_in_the_same_order():
    english, chinese = ([name for name, _, _ in words_of(language)] for language in LANGUAGES)
    assert english == chinese
    assert len(english) == len(set(english))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_are_empty(language):
    assert [name for name, words, _ in words_of(language) if not words.strip()] == []


@pytest.mark.parametrize("name", sorted(read_words("en").under("figure")))
def test_a_sentence_takes_the_same_values_in_both_languages(name):
    english, chinese = (set(re.findall(r"\{(\w+)\}", read_words(language)[f"figure.{name}"])) for language in LANGUAGES)
    assert english == chinese


def test_both_languages_have_the_same_texts():
    assert sorted(path.name for path in (FOLDER / "text/zh").glob("*.md")) == TEXTS


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_has_the_same_blocks_with_the_same_values_in_both_languages(name):
    english, chinese = (prose.blocks(FOLDER / "text" / language / name) for language in ("en", "zh"))
    assert list(english) == list(chinese)
    for block, text in english.items():
        assert expressions(text) == expressions(chinese[block]), block


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_committed_without_output(notebook):
    content = nbformat.read(notebook, as_version=4)
    nbformat.validate(content)
    assert [cell for cell in content.cells if "parameters" in cell.metadata.get("tags", [])] == content.cells[:1]
    assert not [cell for cell in content.cells if cell.get("outputs") or cell.get("execution_count")]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_uses_every_block_of_its_text(notebook):
    calls = [node for source in sources(notebook) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    used = {ast.literal_eval(call.args[0]) for call in calls if getattr(call.func, "attr", "") == "text"}
    if any(getattr(call.func, "id", "") == "scenario" for call in calls):
        known = {scenarios.block(entry["id"]) for entry in yaml.safe_load((FOLDER / "scenarios.yaml").read_text())}
        used |= known & set(prose.blocks(FOLDER / "text/en" / f"{notebook.stem}.md"))
    assert used == set(prose.blocks(FOLDER / "text/en" / f"{notebook.stem}.md"))


def test_there_is_a_notebook_for_the_first_screen_and_for_each_of_the_ten_sections():
    assert [int(path.name[:2]) for path in NOTEBOOKS] == list(range(11))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim["id"])
def test_a_claim_stands_in_both_languages(claim):
    assert claim["says"].keys() == {"en", "zh"}


def test_evidence_is_told_of_known_claims_only():
    assert set(prose.blocks(FOLDER / "text/en/claims.md")) <= {claim["id"] for claim in CLAIMS}


def test_every_work_meant_by_a_checked_citation_is_in_the_list():
    works = {entry["id"] for entry in REFERENCES["works"]}
    meant = {work for entry in REFERENCES["checked"] for key in ("works", "nearest") for work in entry.get(key, ())}
    assert meant <= works
    assert len(works) == len(REFERENCES["works"])


def test_a_citation_that_was_not_found_names_no_work_as_meant():
    assert not [entry for entry in REFERENCES["checked"] if entry["finding"].startswith("not ") and entry.get("works")]


def test_texts_hold_no_typed_results():
    """A decimal number in a text would be one: those of the design (95 %, 0.05) are all there is."""
    for path in Path(FOLDER / "text").glob("*/*.md"):
        plain = re.sub(r"\{[{%].*?[%}]\}|`[^`]*`|\$[^$]*\$", "", path.read_text())
        assert set(re.findall(r"\d+\.\d+", plain)) <= {"0.05"}, path
