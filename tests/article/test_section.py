"""What a section makes of data: a figure, or a sentence in its place, and a table."""

import json
import re
import shutil
from typing import Any

import numpy as np
import pandas as pd
import pytest

from article.figures.losses import loss_plot
from article.figures.ratios import ratio_plot
from article.html import join, later
from article.parts.claims import claim_counts
from article.parts.comparisons import ratio_rows
from article.parts.losses import loss_curves
from article.section import MOST_SOURCES, Section, load
from bench.results import selection
from bench.results.tables import Tables
from tests.article.planted import OTHER, OWN


@pytest.fixture
def copied_in(one_trial, tmp_path):
    """The tables of a machine on another one, `reader`, where nothing has been measured."""
    shutil.copytree(one_trial.folder, tmp_path / "data")
    facts = one_trial.machines | {"reader": {"cpu_model": "Reader CPU"}}
    (tmp_path / "data/machines.json").write_text(json.dumps(facts))
    return Tables(tmp_path / "data")


def test_one_point_makes_a_sentence_instead_of_a_figure(tables):
    section = Section(tables, "en", OWN, 4)
    data = ratio_rows(selection.best(tables, OWN), section.names).head(1)
    html = section.figure(ratio_plot, data, "ratio")
    assert "<svg" not in html
    assert "one point makes no figure" in html


def test_more_panels_than_fit_are_said_to_be_left_out(tables):
    section = Section(tables, "en", OWN, 4)
    data = pd.concat([loss_curves(section).assign(panel=f"panel {number}") for number in range(11)])
    html = section.figure(loss_plot, data, "loss")
    assert "Panels left out: 5" in html


def test_what_a_figure_is_drawn_from_lies_beside_the_tables_whole(tables, tmp_path):
    shutil.copytree(tables.folder, tmp_path / "data")
    left_over = tmp_path / "data/figures/zh/04_mathematics/4.9.csv"
    left_over.parent.mkdir(parents=True, exist_ok=True)
    left_over.touch()
    section = load(tmp_path / "data", "zh", OWN, 4)
    data = pd.concat([loss_curves(section).assign(panel=f"=panel {number}") for number in range(11)])
    html = section.figure(loss_plot, data, "loss")
    assert 'href="../data/figures/zh/04_mathematics/4.1.csv" download>' in html
    assert [path.name for path in left_over.parent.iterdir()] == ["4.1.csv"]
    sheet = pd.read_csv(left_over.with_name("4.1.csv"))
    assert list(sheet.columns) == list(data.columns)
    assert set(sheet["panel"]) == {f"'=panel {number}" for number in range(11)}, "those that are not drawn, too"
    assert sheet["step"].to_list() == data["step"].to_list()


def test_a_figure_leads_to_the_sources_of_what_it_draws(tables):
    section = Section(tables, "en", OWN, 4)
    data = loss_curves(section).assign(panel="curve")
    for workloads, places in (
        (["training/mlp"], ["source-training-mlp"]),
        (["training/mlp", "own/mlp"], ["source-own-mlp", "source-training-mlp"]),
        ([f"training/workload_{number}" for number in range(MOST_SOURCES + 1)], ["section-10-sources"]),
    ):
        html = section.figure(loss_plot, data.assign(workload=np.resize(workloads, len(data))), "loss")
        assert sorted(re.findall('<a href="#([^"]*)"', html)) == places
    assert 'href="#section-10-sources"' in section.figure(loss_plot, data.drop(columns="workload"), "loss")


def test_a_panel_of_one_point_is_left_out_along_its_axis(tables):
    section = Section(tables, "en", OWN, 4)
    curve = loss_curves(section).assign(panel="curve")
    short = curve[curve["step"] == curve["step"].iloc[0]].assign(panel="short")
    assert len(short) > 1, "variants at the same step"
    html = section.figure(loss_plot, pd.concat([short, curve]), "loss")
    assert html.count("<svg") == section.figure(loss_plot, curve, "loss").count("<svg")
    assert "Panels left out: 1" in html


def test_a_table_leaves_out_columns_without_content(tables):
    section = Section(tables, "en", OWN, 4)
    rows: list[dict[str, Any]] = [{"problem": "a", "ratio": None}, {"problem": "b", "ratio": ""}]
    html = section.table(rows, ("problem", "ratio"), "cells")
    assert html.count('<th scope="col">') == 1


def test_the_only_machine_of_a_table_is_named_by_its_caption(tables):
    section = Section(tables, "en", OWN, 4)
    columns = ("problem", "hardware", "ratio")
    rows: list[dict[str, Any]] = [{"problem": name, "hardware": OTHER, "ratio": 1} for name in "ab"]
    html = section.table(rows, columns, "cells")
    assert html.count(OTHER) == 1
    assert f"Machine: {OTHER}." in html.split("<thead>")[0]
    html = section.table([*rows, {"problem": "c", "hardware": OWN, "ratio": 1}], columns, "cells")
    assert OTHER in html.split("</thead>")[0]
    assert "Machine:" not in html


def test_a_machine_without_results_is_not_among_those_that_are_shown(copied_in):
    section = Section(copied_in, "en", "reader", 0)
    assert (section.machines, section.hardware(OWN)) == ([OWN], OWN)
    assert not Section(copied_in, "en", OWN, 0).several


def test_the_claims_are_counted_on_the_machine_that_is_shown(copied_in):
    counts = claim_counts(Section(copied_in, "en", "reader", 10))
    assert counts == claim_counts(Section(copied_in, "en", OWN, 10))
    assert counts["supported"] and counts["refuted"]


def introduction(section):
    return section.text("intro", home=section.home, first=section.machine, machines=len(section.machines))


def test_a_page_is_cited_by_the_machine_whose_results_it_shows(copied_in, empty):
    assert copied_in.first_machine("reader") == OWN
    assert empty.first_machine("reader") == "reader"


def test_where_no_machine_has_results_this_one_stands_alone(empty):
    section = Section(empty, "en", "reader", 0)
    assert (section.machines, section.several) == (["reader"], False)


@pytest.mark.parametrize(
    ("language", "machine", "said"),
    [
        ("en", "reader", "measured on <em>reader</em>, where this page was made; results of 1 machine are shown"),
        ("en", "reader", f"“this machine” is <em>{OWN}</em>"),
        ("zh", "reader", "尚未测量过；文中列出的是从别处复制来的 1 台机器的结果"),
        ("en", OWN, "so this article measures it. What it says"),
        ("zh", OWN, "所以本文加以实测。以下结论"),
    ],
)
def test_the_introduction_counts_the_machines_with_results(copied_in, language, machine, said):
    section = Section(copied_in, language, machine, 0)
    assert said in introduction(section)


def test_the_introduction_says_which_of_several_machines_made_the_page(tables):
    section = Section(tables, "en", OTHER, 0)
    said = f"Results of 2 machines are shown; this page was made on <em>{OTHER}</em>"
    assert said in introduction(section)


def test_what_is_made_later_holds_nothing_that_is_made_later():
    with pytest.raises(ValueError, match="made later"):
        later(join(later("a")))
