"""Words, texts, notebooks, claims and references: both languages say the same, and nothing is missing."""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest
import yaml
from jinja2 import nodes

from article import prose
from article.parts import scenarios
from article.section import FOLDER
from article.words import flatten, read_words

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


def test_both_languages_have_the_same_words():
    tree = yaml.safe_load((FOLDER / "words.yaml").read_text())
    english, chinese = (dict(flatten(tree[language])) for language in ("en", "zh"))
    assert english.keys() == chinese.keys()
    assert not [name for name, words in (english | chinese).items() if not words.strip()]


@pytest.mark.parametrize("name", sorted(read_words(FOLDER / "words.yaml", "en").under("figure")))
def test_a_sentence_takes_the_same_values_in_both_languages(name):
    english, chinese = (
        set(re.findall(r"\{(\w+)\}", read_words(FOLDER / "words.yaml", language)[f"figure.{name}"]))
        for language in ("en", "zh")
    )
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
    if any(getattr(call.func, "attr", "") == "scenario" for call in calls):
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
