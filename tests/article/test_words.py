"""Words that bend with their count, messages of the tables in another language, and one Chinese term per concept."""

import ast
import re
from collections import Counter

import pytest
import yaml
from markupsafe import Markup

from article import prose
from article.section import FOLDER
from article.words import COUNTED, MESSAGES, agreeing, flatten, message_patterns, read_words, translated
from tests.article.test_pages import Reader
from tests.checkout import ROOT

SHEETS = [*sorted((FOLDER / "words").glob("*.yaml")), FOLDER / "text/zh/rules.yaml"]
CHINESE = [FOLDER / "words/zh.yaml", *sorted((FOLDER / "text/zh").iterdir())]


@pytest.mark.parametrize(
    ("text", "bent"),
    [
        ("faster in 1 of 1 comparisons", "faster in 1 of 1 comparison"),
        ("of 1 forecasts and 1 opinions", "of 1 forecast and 1 opinion"),
        ("1 are undecided, 1 bodies", "1 is undecided, 1 body"),
        ("about 1\u00a0more trials", "about 1\u00a0more trial"),
        (
            "11 rows, 2.1 times, 1.00 times, 2,1 rows",
            "11 rows, 2.1 times, 1.00 times, 2,1 rows",
        ),
        ("1 timeless", "1 timeless"),
        (
            '1 rows, <q lang="en">of length 1 are left out</q>, 1 are',
            '1 row, <q lang="en">of length 1 are left out</q>, 1 is',
        ),
    ],
)
def test_a_noun_agrees_with_its_count(text, bent):
    assert str(agreeing(Markup(text), "en")) == bent
    assert str(agreeing(Markup(text), "zh")) == text


def test_no_space_stands_between_two_chinese_characters():
    assert agreeing("JAX 更快的，残差网络 有 0 项；U-Net 有 1 项", "zh") == "JAX 更快的，残差网络有 0 项；U-Net 有 1 项"


def test_every_plural_that_english_words_count_is_known():
    """`{count} twins` must become `1 twin`: what follows a value and ends in s is in `COUNTED`, or is no plural."""
    stays = {"times", "as", "pixels", "is", "needs", "lies", "has", "takes", "does", "differs", "cannot"}
    followed = re.compile(
        r"\{(?:count|total|of|lines|tokens|operations|seeds|value|bound)\} (?!of )((?:[a-z]+ ){0,2}?[a-z]+s)\b"
    )
    found = set(followed.findall((FOLDER / "words/en.yaml").read_text(encoding="utf-8")))
    assert len(found) > 15
    assert {noun for noun in found if noun not in COUNTED and noun.split()[-1] not in stays} == set()


PLURAL_VERB = re.compile(
    r"\b1 (?!of the )(?:(?!both\b)[a-z]+ ){0,4}?(?:are|were|have|stand|agree|contradict|cost|reach|differ|lie|say)\b"
)


def test_no_verb_is_a_plural_after_a_count_of_one():
    """A noun bends with its count, and a verb right behind the count; what stands further from it cannot."""
    words = flatten(yaml.safe_load((FOLDER / "words/en.yaml").read_text(encoding="utf-8")))
    said = {name: re.sub(r"\{\w+\}", "1", text) for name, text in words if "{" in text}
    for path in (FOLDER / "text/en").glob("*.md"):
        for name, block in prose.blocks(path).items():
            said[f"{path.name} {name}"] = re.sub(r"\{\{.*?\}\}", "1", re.sub(r"\{%.*?%\}", "", block))
    plurals = {name: found[0] for name, text in said.items() if (found := PLURAL_VERB.search(agreeing(text, "en")))}
    assert plurals == {"00_result.md intro": "1 machine are"}  # of several alone


def test_a_block_of_text_agrees_with_its_counts():
    block = prose.blocks(FOLDER / "text/en/10_reproducibility.md")["verdicts"]
    counts = dict.fromkeys(
        ("total", "supported", "refuted", "mixed", "undecided", "unmeasured", "forecast", "opinion"), 1
    )
    html = prose.render(block, counts | {"machine": None}, "en")
    assert "Of 1 claim, 1 is supported" in html
    assert "of 1 forecast and 1 opinion" in html


@pytest.mark.parametrize(
    ("message", "chinese"),
    [
        ("torch compile is not supported: no Taylor mode: none", "不支持 torch compile：no Taylor mode: none"),
        ("2 of 5 runs of jax jit failed: oom", "jax jit 的 5 次运行中有 2 次失败：oom"),
        ("torch eager is left out: it has one trial", "torch eager 未列入：只有一次试验"),
        ("a run has no first values to compare", "有一次运行没有可供比较的首批数值"),
        (
            "torch eager is left out: first values differ by 0.1, allowed is 1e-08; a value is not finite",
            "torch eager 未列入：首批数值相差 0.1，允许的上限为 1e-08；有一个数值不是有限数",
        ),
        ("CUDA error: nobody knows", "CUDA error: nobody knows"),
        ("RuntimeError: this; that", "RuntimeError: this; that"),
        ("AttributeError: module 'jax.lax' has no attribute 'pmap'",) * 2,
        ("jax.lax has no pmap", "jax.lax 中没有 pmap"),
        ("jax.jit has none of Adam, SGD", "jax.jit 中没有 Adam、SGD"),
        ("functions of jax.numpy, jax.lax and jax.nn", "jax.numpy、jax.lax、jax.nn 的函数"),
        ("The process was ended by SIGSEGV.", "进程被 SIGSEGV 终止。"),
        ("the parity gate was not run for torch compile", "没有对 torch compile 进行一致性检验"),
        ("", ""),
    ],
)
def test_a_message_is_told_in_chinese_as_far_as_there_are_words_for_it(message, chinese):
    assert translated(message, "zh") == chinese
    assert translated(message, "en") == message


def sources():
    """The Python sources of what is measured and told, of the frameworks and of the results."""
    return sorted((ROOT / "workflow/bench").rglob("*.py"))


def test_every_message_that_has_words_is_one_that_the_results_are_told_in():
    source = "".join(path.read_text() for path in sources())
    plain = re.sub(r"\{[^{}]*\}", "{}", source)
    for name in message_patterns():
        for piece in re.split(r"\{\w+\}", read_words("en")[f"{MESSAGES}.{name}"]):
            assert all(part.strip(" :.") in plain + source for part in piece.split(": ")), name


TOLD = {"Unsupported": 0, "absent": 1}
"""What is called with a reason that the page shows → which of its arguments that is."""


def reasons(path):
    """The reasons in English that a source gives for what a framework does not do; a value in them is x."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            at = TOLD.get(called, len(node.args))
            yield from filter(None, map(as_text, node.args[at : at + 1]))
        if isinstance(node, ast.FunctionDef) and node.name == "too_large":
            yield from (text for one in ast.walk(node) if isinstance(one, ast.Return) and (text := as_text(one.value)))


def as_text(node):
    """A text as it is written in a source; None for what is none."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_every_reason_for_what_a_framework_does_not_do_has_words():
    workloads = [path for path in sources() if "workloads" in path.parts]
    found = {reason for path in workloads for reason in reasons(path)}
    assert len(found) > 10
    assert {reason for reason in found for part in reason.split("; ") if translated(part, "zh") == part} == set()


def terms():
    """Rows (concept, term, what it is not called) of the table in CONTRIBUTING.md."""
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("| concept | 中文 | not |")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()[1:]]


@pytest.mark.parametrize(("concept", "term", "instead"), terms())
def test_a_concept_has_one_chinese_term(concept, term, instead):
    texts = {path.name: path.read_text(encoding="utf-8") for path in CHINESE}
    assert any(term in text for text in texts.values()), concept
    for wrong in instead.split(", "):
        assert {name: found for name, text in texts.items() if (found := re.findall(f".{{0,8}}{wrong}", text))} == {}


HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?(][\u4e00-\u9fff]")


def entries(node):
    """The words of a tree of words; `use` is the pattern of a term, not words."""
    for key, value in node.items():
        if key != "use":
            yield from entries(value) if isinstance(value, dict) else [str(value)]


def test_chinese_words_and_texts_have_full_width_punctuation():
    words = yaml.safe_load((FOLDER / "words/zh.yaml").read_text(encoding="utf-8"))
    assert [entry for entry in entries(words) if HALF_WIDTH.search(entry)] == []
    for path in CHINESE[1:]:
        plain = re.sub(r"\{[{%].*?[%}]\}|`[^`]*`|\]\([^)]*\)|\$[^$]*\$", "", path.read_text(encoding="utf-8"))
        assert HALF_WIDTH.findall(plain) == [], path.name


@pytest.mark.xdist_group("pages")
def test_the_chinese_page_has_full_width_punctuation(pages):
    """What comes from outside, such as messages, is not ours."""
    said = [text for text in Reader(pages["zh"]).text if "script" not in text]
    assert [text for text in said if HALF_WIDTH.search(text)] == []


@pytest.mark.xdist_group("pages")
def test_headings_are_unique_and_have_ids(pages):
    for page in pages.values():
        html = page.read_text(encoding="utf-8")
        headings = re.findall(r"<h([23])([^>]*)>(.*?)</h\1>", html, re.DOTALL)
        assert [name for name, count in Counter(title for _, _, title in headings).items() if count > 1] == []
        assert [title for _, attributes, title in headings if ' id="' not in attributes] == []
        assert len(headings) > 50


def repeated(node):
    """The names that a mapping of a YAML file, or one within it, gives twice."""
    if isinstance(node, yaml.MappingNode):
        names = Counter(name.value for name, _ in node.value)
        yield from (name for name, count in names.items() if count > 1)
        for _, value in node.value:
            yield from repeated(value)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_no_word_is_written_twice(sheet):
    assert list(repeated(yaml.compose(sheet.read_text(encoding="utf-8")))) == []
    assert list(repeated(yaml.compose("a: {b: 1, c: 2, b: 3}"))) == ["b"]
