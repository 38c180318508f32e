"""What the page says of releases: regressions on top, what is counted, and that nothing stands where nothing is."""

import pytest

from article.parts.releases import release_count, release_results
from article.section import Section
from bench import schema
from bench.results.tables import Tables
from tests.article.planted import HOSTILE, OTHER, OWN

CELL = {
    "hardware": OWN,
    "family": "training",
    "workload": "mlp",
    "task": "train",
    "size": "small",
    "precision": "float32",
    "device": "cpu",
    "framework": "jax",
    "mode": "jit",
    "release": "jax@0.9.1",
    "default": "0.10.2",
    "older": "0.9.1",
    "newer": "0.10.2",
    "older_seconds": 1e-3,
    "newer_seconds": 1.08e-3,
    "ratio": 1.08,
    "ratio_low": 1.06,
    "ratio_high": 1.1,
    "trials": 3,
    "p_adjusted": 1e-4,
    "noise_floor": 0.01,
    "verdict": "older faster",
    "rule": "difference",
}
EQUAL = CELL | {"workload": "gpt", "ratio": 1.0, "ratio_low": 0.99, "ratio_high": 1.01} | {"verdict": "equal"}
LARGER = CELL | {"workload": "bert", "ratio": 1.3, "ratio_low": 1.2, "ratio_high": 1.4}
REFUSED = CELL | {
    "workload": "lstm",
    **dict.fromkeys(("ratio", "ratio_low", "ratio_high", "p_adjusted")),
    "verdict": "not comparable",
    "rule": "gate",
    "message": f"1 of 1 runs of jax jit 0.9.1 failed: {HOSTILE}",
}


@pytest.fixture
def said(tmp_path):
    """What the section says of rows of the table, in a language."""

    def say(*rows, language="en"):
        schema.write(tmp_path / "releases.parquet", "releases", rows)
        return release_results(Section(Tables(tmp_path), language, OWN, 9))

    return say


def test_regressions_are_named_first_the_largest_on_top(said):
    html = said(CELL, EQUAL, LARGER, REFUSED)
    assert "JAX 0.10.2 against 0.9.1: of the pairs of problem and mode (4)" in html
    assert "slower in 2, faster in 0 and equal in 1; undecided: 0, not comparable: 1" in html
    top = html.split("<figure")[0]
    assert "1.30 [1.20" in top
    assert top.index("1.30 [1.20") < top.index("1.08 [1.06")
    assert "adjusted p &lt; 0.001" in top


def test_the_figure_and_the_table_show_every_cell_and_what_has_no_ratio_says_why(said):
    html = said(CELL, EQUAL, LARGER, REFUSED)
    assert html.count('class="plot"') == 1
    assert "newer slower" in html
    assert HOSTILE not in html
    assert "jax jit 0.9.1 failed" in html.split("</figure>")[1]


def test_without_a_regression_none_is_named(said):
    html = said(EQUAL, EQUAL | {"workload": "bert"})
    assert "Slower in the newer version" not in html


def test_a_single_cell_is_a_table(said):
    html = said(CELL)
    assert "<svg" not in html
    assert "1.08 [1.06" in html


def test_the_chinese_page_says_the_same(said):
    html = said(CELL, EQUAL, LARGER, REFUSED, language="zh")
    assert "JAX 0.10.2 与 0.9.1" in html
    assert "较新版本较慢" in html


def test_where_nothing_was_measured_the_text_says_how_it_is(empty, tables):
    section = Section(empty, "en", OWN, 9)
    assert (release_count(section), release_results(section)) == (0, "")
    assert "make report VERSIONS=jax@0.9.1" in section.text("releases", count=0)


def test_only_this_machine_counts_as_here(tmp_path):
    others = [CELL | {"hardware": OTHER, "release": f"jax@0.{minor}.0"} for minor in (7, 8)]
    schema.write(tmp_path / "releases.parquet", "releases", [CELL, *others])
    tables = Tables(tmp_path)
    assert [release_count(Section(tables, "en", home, 9)) for home in (OWN, OTHER)] == [1, 2]
