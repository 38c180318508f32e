"""What the page says of the reader's own workloads."""

import pytest

from article.html import Html
from article.parts.overview import answer, headlines
from article.parts.own import own_count, own_results
from article.section import Section
from bench import schema
from bench.results.tables import Tables
from tests.article import planted

TEXT = Html("<h3>Own</h3>")


@pytest.fixture
def mine(synthetic, tmp_path):
    """The synthetic tables, the character model among them a workload of the user's own."""
    for path in synthetic.glob("*.parquet"):
        rows = schema.read(path, path.stem)
        for row in rows:
            if row.get("workload") == "lstm":
                row |= {"workload": "my_model", "family": "own"} if "family" in row else {}
        schema.write(tmp_path / path.name, path.stem, rows)
    return Tables(tmp_path)


def test_without_own_workloads_nothing_is_shown(tables):
    section = Section(tables, "en", planted.OWN, 0)
    assert (own_count(section), own_results(section, TEXT)) == (0, "")


@pytest.mark.parametrize(("language", "said"), [("en", "It brings no reference"), ("zh", "它没有自带参考值")])
def test_own_workloads_have_a_line_and_a_figure_and_say_what_they_are_held_against(mine, language, said):
    section = Section(mine, language, planted.OWN, 0)
    html = own_results(section, TEXT)
    assert own_count(section) == 1
    assert html.startswith(TEXT) and "<b>my model</b>" in html and "<svg" in html
    assert said in html


def test_own_workloads_count_in_no_summary(tables, mine):
    whole, without = (headlines(Section(each, "en", planted.OWN, 0)) for each in (tables, mine))
    lstm = tables.frame("comparisons")
    lstm = lstm[(lstm["workload"] == "lstm") & lstm["best"] & (lstm["size"] == "small")]
    for one, other in zip(whole, without, strict=True):
        here = lstm[(lstm["hardware"] == one.hardware) & (lstm["device"] == one.device) & lstm["ratio"].notna()]
        assert one.total - other.total == len(here)
    assert sum(entry.total for entry in without) < sum(entry.total for entry in whole)
    assert answer(Section(mine, "en", planted.OWN, 0)) != answer(Section(tables, "en", planted.OWN, 0))
