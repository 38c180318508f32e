"""What is said of a problem at several sizes."""

import numpy as np
import pandas as pd
import pytest

from article import numbers
from article.figures.grouped import grouped_ratios
from article.figures.palette import MUTED
from article.parts import scenarios, sizes
from article.parts.overview import overview
from article.parts.scaling_curves import curve_points
from article.section import Section
from article.words import read_words
from bench import schema
from bench.results.tables import Tables
from tests.article import planted
from tests.article.planted import OWN


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """The synthetic tables, where what was compared at the size small has another ratio and verdict at medium."""
    folder = tmp_path_factory.mktemp("grown") / "data"
    folder.mkdir()
    planted.write(folder)
    rows = [row for row in schema.read(folder / "comparisons.parquet", "comparisons") if row["size"] != "medium"]
    other = {"size": "medium", "verdict": "equal", "ratio": 1.0, "ratio_low": 0.99, "ratio_high": 1.01}
    rows += [row | other for row in rows if row["size"] == "small" and row["ratio"] is not None]
    schema.write(folder / "comparisons.parquet", "comparisons", rows)
    return Tables(folder)


def test_points_of_scaling_curves_and_ways_to_a_target_are_no_sizes(tables):
    cells = sizes.cells_of_several_sizes(Section(tables, "en", OWN, 8))
    assert len(cells)
    assert not cells["size"].str.contains("-").any()
    assert "target" not in set(cells["task"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_workloads_whose_verdict_changes_with_size_are_counted(grown, language):
    section = Section(grown, language, OWN, 8)
    rows = sizes.main_by_size(section)
    small = rows[rows["size"] == "small"]
    assert set(rows["hardware"]) == {OWN}
    assert len(rows) == 2 * len(small) == 2 * rows["workload"].nunique() > 10
    same, flips = sum(small["verdict"] == "equal"), sum(small["verdict"].isin(["jax faster", "torch faster"]))
    partly = len(small) - same - flips
    assert partly > 0
    said = section.phrase("shows.sizes", alike=same, total=len(small)) + section.phrase(
        "shows.size partly", count=partly
    )
    assert finding(section, rows) == said + section.phrase("shows.size flips", count=flips)


def finding(section, rows):
    return sizes.size_results(section, rows, "workloads").split('class="finding">')[1].split("</p>")[0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_few_problems_that_contradict_themselves_are_named_and_none_is_not_told(grown, language):
    section = Section(grown, language, OWN, 8)
    rows = sizes.main_by_size(section)
    flipped = rows[rows["verdict"].isin(["jax faster", "torch faster"])]["workload"].unique()
    others = rows[~rows["workload"].isin(flipped)]
    small = others[(others["size"] == "small") & (others["verdict"] == "equal")]
    everywhere = others[others["workload"].isin(small["workload"])]
    assert len(everywhere) == 2 * len(small) < len(others)
    every_size = sizes.size_results(section, pd.concat([everywhere, everywhere.assign(task="again")]), "workloads")
    assert str(section.phrase("shows.sizes", alike=2 * len(small), total=2 * len(small))) + "</p>" in every_size
    told = finding(section, rows[rows["workload"].isin(flipped[:2])])
    assert all(section.names.workload(name) in told for name in flipped[:2])
    assert f" → {section.words['verdict.equal']}" in told


def test_the_ratios_of_a_row_stand_behind_its_name_in_the_order_of_the_sizes(grown):
    section = Section(grown, "en", OWN, 8)
    row = (rows := sizes.main_by_size(section))[rows["size"] == "small"].iloc[0]
    html = sizes.size_results(section, rows, "workloads")
    assert f"{numbers.ratio(row['ratio'])} → 1.00" in html


def test_what_tells_the_cost_of_a_call_is_named_as_being_without_a_vote(grown):
    section = Section(grown, "en", OWN, 8)
    rows = sizes.main_by_size(section).assign(torch_seconds=1.0, jax_seconds=1.0)
    assert "Without a vote" not in sizes.size_results(section, rows, "workloads")
    called = rows["workload"].iloc[0]
    rows["jax_seconds"] = np.where((rows["workload"] == called) & (rows["size"] == "small"), 1e-9, 1.0)
    told = sizes.size_results(section, rows, "workloads").replace("\u00a0", " ").split("Without a vote")[1]
    assert section.names.workload(called) in told
    assert "(small)." in told


def test_the_first_screen_leads_to_what_size_changes_where_several_were_measured(grown, monkeypatch):
    section = Section(grown, "en", OWN, 0)
    assert 'href="#section-8-scaling"' in overview(section)
    monkeypatch.setattr("article.parts.overview.main_by_size", lambda section: ())
    assert 'href="#section-8-scaling"' not in overview(section)


def test_every_family_of_workloads_is_named_where_all_are_shown(grown):
    section = Section(grown, "en", OWN, 8)
    rows = sizes.main_by_size(section)
    headings = [f">{section.words[f'family.{family}']}</text>" for family in rows["family"].unique()]
    assert len(headings) > 1
    html = sizes.size_results(section, rows, "workloads", by_family=True)
    assert all(heading in html for heading in headings)
    assert not any(heading in sizes.size_results(section, rows, "workloads") for heading in headings)


def test_a_problem_of_one_size_has_no_row(grown):
    section = Section(grown, "en", OWN, 8)
    rows = sizes.main_by_size(section)
    assert sizes.size_results(section, rows[rows["size"] == "small"], "workloads") == ""


def test_a_single_problem_is_told_in_words(grown):
    section = Section(grown, "en", OWN, 8)
    rows = sizes.main_by_size(section)
    html = sizes.size_results(section, rows[rows["workload"] == rows["workload"].iloc[0]], "workloads")
    assert "<figure" not in html
    assert html.count("<li>") == 1 and "small" in html and "medium" not in html


def test_a_field_has_its_sizes_and_leads_to_the_scaling_curves_of_its_workloads(grown, monkeypatch):
    section = Section(grown, "en", OWN, 6)
    curves = curve_points(section)
    with_curve = scenarios.by_size(section, "language", "Language models")
    assert "Who is faster at which size: Language models" in with_curve
    assert 'href="#section-8-curves"' in with_curve
    monkeypatch.setattr(scenarios, "curve_points", lambda section: curves[:0])
    assert 'href="#section-8-curves"' not in scenarios.by_size(section, "language", "Language models")


def test_the_sizes_of_a_row_are_linked_in_their_order():
    words = read_words("en").under("figure.sizes")
    rows = [
        {"label": "row", "member": name, "ratio": ratio, "low": None, "high": None, "verdict": verdict}
        for name, ratio, verdict in [("medium", 0.5, "torch faster"), ("small", 2.0, "jax faster")]
    ]
    (axis,) = grouped_ratios(pd.DataFrame(rows), ["small", "medium"], True, words).axes
    (link,) = (line for line in axis.lines if line.get_linestyle() == "-" and line.get_color() == MUTED)
    ratios, places = np.asarray(link.get_xydata(), dtype=float).T
    assert list(ratios) == [2.0, 0.5]
    assert places[0] < places[1]
