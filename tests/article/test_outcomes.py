"""What the article says stays true whatever came out: pages of machines on which everything came out in one way."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from markupsafe import Markup

from article import section as sections
from article.words import read_words
from bench.results import selection
from bench.results.reading import Machine
from bench.results.tables import Tables
from tests.article.outcomes import EQUAL, FAILED, JAX, MIXED, NOTHING, TORCH, UNDECIDED, machine, write
from tests.article.reading import BLOCKS, HEADINGS, Element, Page, columns, in_order

HERE = "planted-here"
MACHINES: dict[str, Callable[[], list[Machine]]] = {
    "jax": lambda: [machine(HERE, JAX, preset="standard")],
    "torch": lambda: [machine(HERE, TORCH, preset="standard")],
    "equal": lambda: [machine(HERE, EQUAL, examples=False)],
    "undecided": lambda: [machine(HERE, UNDECIDED, preset="standard", examples=False)],
    "failed": lambda: [machine(HERE, FAILED, preset="standard")],
    "nothing": lambda: [machine(HERE, NOTHING)],
    "one workload": lambda: [machine(HERE, JAX, workloads="training/mlp", examples=False)],
    "calls": lambda: [machine(HERE, TORCH, workloads="training/linear_regression", examples=False)],
    "one trial": lambda: [machine(HERE, TORCH, workloads="science", trials=1, examples=False)],
    "curves": lambda: [machine(HERE, MIXED, sizes="small,sweeps", examples=False)],
    "six machines": lambda: [
        machine(HERE, MIXED),
        *(machine(f"planted-{outcome.split()[0]}", outcome) for outcome in (JAX, TORCH, EQUAL, UNDECIDED, FAILED)),
    ],
}
"""Case → the machines, the first of which is this one."""
ALONE = {
    "jax": "jax faster",
    "torch": "torch faster",
    "equal": "equal",
    "undecided": "undecided",
    "failed": "not comparable",
    "nothing": "not comparable",
    "one workload": "jax faster",
    "calls": "torch faster",
    "one trial": "undecided",
}
"""Case → the verdict of every comparison."""
FAST = ("nothing", "one workload")
"""Cases that are not marked slow."""
LANGUAGES = ("en", "zh")


class Told(NamedTuple):
    """What the article tells of a case."""

    case: str
    tables: Tables
    pages: dict[str, Page]


def least_points(data: Any) -> int:
    """The points of the panel of a figure that has the fewest, along its axis where it has one."""
    if not hasattr(data, "columns"):
        return 2
    panels = data.groupby("panel") if "panel" in data.columns else [("", data)]
    axis = next((column for column in ("point", "step", "steps") if column in data.columns), None)
    return min(own[axis].nunique() if axis else len(own) for _, own in panels)


def without_drawing(draw: Any, prefix: str) -> dict[str, Any]:
    """What stands for the drawing of a figure: how many points it has."""
    return {"legend": [], "panels": [Markup('<svg data-points="{}"></svg>').format(least_points(draw.args[0]))]}


def marks(case):
    return [pytest.mark.xdist_group(f"outcome {case}"), *([] if case in FAST else [pytest.mark.slow])]


@pytest.fixture(scope="session", params=[pytest.param(case, marks=marks(case)) for case in MACHINES])
def told(request, tmp_path_factory, build):
    """The pages of a case, without drawings."""
    folder = tmp_path_factory.mktemp("outcome")
    (folder / "data").mkdir()
    write(folder / "data", MACHINES[request.param]())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sections, "_drawn", without_drawing)
        paths = build(folder, folder / "data", HERE)
    return Told(request.param, Tables(folder / "data"), {language: Page(paths[language]) for language in LANGUAGES})


def test_what_was_planted_came_out(told):
    """Else nothing below would be tested."""
    best = selection.best(told.tables, HERE)
    assert (len(best) > 0) == (told.case != "nothing")
    own = set(best.loc[best["hardware"] == HERE, "verdict"])
    if told.case in ALONE:
        assert own <= {ALONE[told.case]}
    else:
        assert len(own) == 5
    assert len(told.tables.hardware(HERE)) == {"six machines": 6, "nothing": 0}.get(told.case, 1)


LEFT = re.compile(
    r"[{}]|(?<!to )(?<!为 )\bNone\b(?! of these)"
    r"|\b(?:(?<!没有异常：)(?<!no exception: )nan|NaN|NaT|inf|undefined|null)\b|\*\*|\]\(|\[\]|\( ?\)|（）"
    r"| [.,;:!?。，；：](?: |$)|[,;:][.,;:]|\.[.;:]|[。，；：、]{2}|^[,;.:，；。：]"
    r"|[a-z]\.\d\. ?[A-Z]|(?<=[a-z])(?<!stax)\.[A-Z][a-z]* "
)


def test_nothing_of_a_template_is_left(told):
    """None is no value where gradients are set to it, and nan one that an example gave without an exception."""
    for language, page in told.pages.items():
        assert [text for text in page.said if LEFT.search(text)] == [], language


SINGULAR = re.compile(
    r"(?<![\d.,/×^–·-])\b1[ \u00a0](?!(?:is|was|has|says|lies|needs|ms|µs|ns|class|pass|loss)\b)"
    r"(?:further |more )?[a-z]+s\b"
)


def test_one_is_no_plural(told):
    assert [text for text in told.pages["en"].said if SINGULAR.search(text)] == []


SPAN = re.compile(r"between (\d\S*) and \1(?!\S)|(?<![\d.])(\d[\d.,]*) (?:to|至) \2(?![\d.])|在 (\d\S*) 与 \3(?!\S)")


def test_nothing_reaches_from_a_number_to_itself(told):
    for language, page in told.pages.items():
        assert [text for text in page.said if SPAN.search(text)] == [], language


def test_below_every_heading_stands_something(told):
    for language, page in told.pages.items():
        for element, after in pairwise([*in_order(page.main), Element("h1")]):
            if element.tag in HEADINGS:
                assert after.tag not in HEADINGS or after.tag > element.tag, (language, element.said)


def test_a_colon_is_followed_by_what_it_announces(told):
    for language, page in told.pages.items():
        for element, after in pairwise([*in_order(page.main), Element("h1")]):
            if element.tag == "p" and element.said.endswith((":", "：")):
                told_there = after.tag not in HEADINGS and (after.tag != "p" or re.search(r"\d", after.said))
                assert told_there, (language, element.said)


def test_nothing_is_said_twice_running(told):
    for language, page in told.pages.items():
        said = [element.said for element in in_order(page.main) if element.tag == "p"]
        assert [text for text, after in pairwise(said) if text == after] == [], language


def test_no_table_is_empty_or_holds_nothing_but_dashes(told):
    for language, page in told.pages.items():
        for table in page.main.every("table"):
            cells = [cell.said for row in table.every("tr") for cell in row.every("td")]
            assert any(cell.strip("–—- ") for cell in cells), (language, list(columns(table)))


def test_no_figure_has_a_panel_of_one_point(told):
    for language, page in told.pages.items():
        drawn = [(figure.said[:80], svg) for figure in page.main.every("figure") for svg in figure.every("svg")]
        assert [said for said, svg in drawn if int(svg.attributes["data-points"] or 0) < 2] == [], language


def test_both_languages_tell_the_same_numbers_in_the_same_places(told):
    """But what people report, told in words of each language, which ends in the number of the report."""
    number = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
    said = ([block.said for block in told.pages[name].main.every(*BLOCKS, *HEADINGS)] for name in LANGUAGES)
    for english, chinese in zip(*said, strict=True):
        if not re.search(r"#\d+$", english):
            assert Counter(number.findall(english)) == Counter(number.findall(chinese)), (english, chinese)


COUNTED = {"jax": "jax faster", "torch": "torch faster", "equal": "equal", "undecided": "undecided"}
"""What sentences call the counts of verdicts."""


def pattern(words: str) -> re.Pattern[str]:
    """What words look like with values in them, and with nouns that may be in the singular."""
    escaped = re.sub(r"(comparisons|points|workloads)", r"\1?", re.escape(words))
    counts = re.sub(r"\\\{(jax|torch|equal|undecided|total)\\\}", r"(?P<\1>[\\d,]+)", escaped)
    once = re.sub(r"(\(\?P<(\w+)>.*?\).*)\(\?P<\2>.*?\)", r"\1(?P=\2)", counts)
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", once))


def counts(page: Page, language: str, name: str) -> Iterator[dict[str, int]]:
    """What every sentence of these words counts."""
    for text in page.said:
        for found in pattern(read_words(language)[name]).finditer(text):
            yield {key: int(found[key].replace(",", "")) for key in (*COUNTED, "total")}


@pytest.mark.parametrize("name", ["answer.counts", "overview.counts"])
def test_what_a_sentence_counts_adds_up_and_is_the_outcome(told, name):
    for language, page in told.pages.items():
        for found in counts(page, language, name):
            assert sum(found[key] for key in COUNTED) == found["total"] > 0, (language, found)
            if told.case in ALONE:
                assert {verdict for key, verdict in COUNTED.items() if found[key]} == {ALONE[told.case]}, language


def test_the_first_sentence_counts_what_the_first_row_of_the_matrix_counts(told):
    """Where one size was measured, both are of the same workloads."""
    for language, page in told.pages.items():
        words, answers = read_words(language), list(counts(page, language, "answer.counts"))
        matrix = next(
            (found for found in map(columns, page.section(0).every("table")) if words["column.field"] in found), {}
        )
        if answers and len(matrix) == 2 and answers[0]["total"] > 1:
            entry = matrix[list(matrix)[1]][0]
            shown = {key: re.findall(rf"{words[f'matrix.{COUNTED[key]}']} (\d+)(?![\d.×])", entry) for key in COUNTED}
            assert shown == {key: [str(answers[0][key])] * (answers[0][key] > 0) for key in COUNTED}, language


def tallied(text: str, language: str, of: str) -> dict[str, int]:
    """How many comparisons, or `points`, of which verdict the title of a figure counts; empty where it counts none."""
    words = read_words(language).under(f"tally.{of}")
    for key in COUNTED:
        if pattern(words[f"{key}.one"]).fullmatch(text):
            return {key: 1}
        if found := pattern(words[f"{key}.all"]).fullmatch(text):
            return {key: int(found["total"])}
    if not (found := pattern(words["mixed"]).fullmatch(text)):
        return {}
    some = {key: words[f"{key}.some"].replace("{count}", r"(\d+)").replace(" are ", " (?:are|is) ") for key in COUNTED}
    counts = {key: re.search(words_of, found["told"]) for key, words_of in some.items()}
    told = {key: int(said[1]) for key, said in counts.items() if said}
    if told:  # another sentence may begin alike
        assert sum(told.values()) == int(found["total"]) and len(told) > 1, text
    return told


def test_the_title_of_a_figure_counts_the_verdicts_of_its_table(told):
    for language, page in told.pages.items():
        words = read_words(language)
        titles = [found.said for found in page.main.every("p") if found.attributes.get("class") == "finding"]
        counts = [
            count for title in titles for of in ("comparisons", "points") if (count := tallied(title, language, of))
        ]
        if told.case in ALONE and ALONE[told.case] in COUNTED.values():
            alone = {key for key, verdict in COUNTED.items() if verdict == ALONE[told.case]}
            assert counts and all(count.keys() == alone for count in counts), (language, titles)
        for element, after in pairwise(in_order(page.main)):
            said = [count for each in element.every("p") if (count := tallied(each.said, language, "comparisons"))]
            verdicts = columns(after).get(words["column.verdict"], []) if after.tag == "table" else []
            if element.tag == "figure" and said and verdicts:
                shown = {key: verdicts.count(words[f"verdict.{verdict}"]) for key, verdict in COUNTED.items()}
                assert said[0] == {key: count for key, count in shown.items() if count}, (language, said)


def test_no_verdict_contradicts_the_outcome(told):
    """But in the table of all results, where every mode is held against the other framework's best."""
    others = set(COUNTED.values()) - {ALONE.get(told.case)}
    for language, page in told.pages.items() if told.case in ALONE else ():
        words = read_words(language)
        said = [pattern(words[f"sentence.{verdict}"]) for verdict in others]
        assert [text for text in page.said if any(each.search(text) for each in said)] == [], language
        labels = tuple(words[f"verdict.{verdict}"] for verdict in others)
        plain = [
            table
            for one in page.main.every("div")
            if one.attributes.get("id") == "explorer"
            for table in one.every("table")
        ]
        for table in page.main.every("table"):
            found = columns(table)
            if table in plain or {words["column.claim"], words["column.variants"]} & set(found):
                continue
            assert [cell for cell in found.get(words["column.verdict"], []) if cell.startswith(labels)] == [], language
        entries = {link.attributes.get("data-verdict") for link in page.main.every("a")}
        assert entries <= {None, ALONE[told.case].replace(" ", "-"), "not-comparable"}, language


FASTER = {
    "en": {
        "torch": r"(?:PyTorch is faster in|comparisons?(?: of kernels)?, PyTorch in) (\d+)",
        "jax": r"(?:JAX is faster in|comparisons?(?: of kernels)?, JAX in) (\d+)",
    },
    "zh": {"torch": r"PyTorch 更快的有 (\d+) 项", "jax": r"JAX 更快的有 (\d+) 项"},
}
"""How the evidence of claims counts who is faster."""
FOR_JAX, FOR_TORCH = ("bg-jax-numerics", "bg-jax-efficiency"), ("use-nlp", "use-vision", "use-rl")
EITHER = {"mixed", "undecided", "not-measured-here"}
VERDICTS = {
    "jax faster": (EITHER | {"supported"}, EITHER | {"refuted"}),
    "torch faster": (EITHER | {"refuted"}, EITHER | {"supported"}),
    "equal": (EITHER | {"refuted"}, EITHER | {"supported"}),
    "undecided": ({"undecided", "not-measured-here"}, {"undecided", "not-measured-here"}),
    "not comparable": ({"not-measured-here"}, {"not-measured-here"}),
}
"""Outcome → what the claims that JAX is faster may come to, and those that PyTorch is not slower."""


def claims(page: Page) -> Iterator[tuple[str, str, str]]:
    """Id, verdict and evidence of every claim."""
    for box in page.main.every("div"):
        if box.attributes.get("class") == "claim":
            (said,), shown = box.every("h4"), next(box.every("p"))
            badge = next(found for found in shown.every("span") if "data-verdict" in found.attributes)
            yield str(said.attributes["id"]).removeprefix("claim-"), str(badge.attributes["data-verdict"]), shown.said


def test_no_claim_contradicts_the_outcome(told):
    for language, page in told.pages.items() if told.case in ALONE else ():
        found = list(claims(page))
        assert len(found) > 60
        for identity, verdict, evidence in found:
            for framework, said in FASTER[language].items():
                if COUNTED[framework] != ALONE[told.case]:
                    assert not any(map(int, re.findall(said, evidence))), (language, identity, evidence)
            for side, names in enumerate((FOR_JAX, FOR_TORCH)):
                if identity in names:
                    assert verdict in VERDICTS[ALONE[told.case]][side], (language, identity, verdict)


def test_the_evidence_of_every_claim_can_be_read(told):
    for language, page in told.pages.items():
        lost = read_words(language)["claim.unreadable"]
        assert [identity for identity, _, evidence in claims(page) if lost in evidence] == [], language


@pytest.mark.parametrize(("case", "verdict"), [("jax", "supported"), ("torch", "refuted"), ("equal", "refuted")])
def test_that_compiling_pays_is_judged_by_what_was_measured(told, case, verdict):
    if told.case == case:
        judged = {identity: said for identity, said, _ in claims(told.pages["en"])}
        assert judged["core-static-faster"] in {verdict} | EITHER


@pytest.mark.slow
@pytest.mark.parametrize("case", ["equal", "undecided", "one workload", "six machines"])
def test_the_figures_of_an_outcome_can_be_drawn(case, tmp_path, build):
    (tmp_path / "data").mkdir()
    write(tmp_path / "data", MACHINES[case]())
    pages = build(tmp_path, tmp_path / "data", HERE, languages=["en"])
    assert "<svg" in pages["en"].read_text(encoding="utf-8")
