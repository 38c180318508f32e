"""What a machine can tell apart, and the twins that say so."""

import re

import pandas as pd
import pytest

from article.parts.noise import noise_table, resolution
from article.section import Section
from bench.results import selection
from bench.results.tables import Tables
from tests.article import planted
from tests.article.planted import OTHER, OWN


def test_the_floor_is_told_with_its_interval_and_with_how_many_twins_are_covered(tables):
    html = resolution(Section(tables, "en", OWN, 0)).replace("\u00a0", " ")
    assert f"<b>{OWN}, CPU</b>: The 95 % interval of a ratio reaches ±" in html
    assert (
        "Below 0.941 % nobody is called faster, however many trials there are. That is the noise floor (0.941 [" in html
    )
    assert "95 % intervals of twins that contain 1: 5 of 6." in html
    assert html.index(OWN) < html.index(OTHER)


@pytest.mark.parametrize(("within", "told"), [(0.05, False), (0.005, True)])
def test_a_floor_above_the_margin_of_equality_is_told(tmp_path, within, told):
    planted.write(tmp_path, machines=(OWN,))
    tables = Tables(tmp_path)
    tables.frame("comparisons")["equal_within"] = within
    html = resolution(Section(tables, "en", OWN, 0)).replace("\u00a0", " ")
    assert (f"the floor lies above the ±{100 * within:g} % within which ratios count as equal" in html) == told


def test_the_processes_that_never_became_steady_are_counted(tmp_path):
    planted.write(tmp_path, machines=(OWN,))
    tables = Tables(tmp_path)
    runs = tables.frame("runs")
    runs["steady"] = runs["run"] != 1
    html = resolution(Section(tables, "en", OWN, 0))
    sound = runs[(runs["status"] == "ok") & (runs["run"] == 1) & runs["size"].isin(["small", "medium", "large"])]
    restless = len(selection.one_step(sound[sound["task"] != "target"]))
    assert f"still scattered or drifted when timing began: {restless} of " in html
    assert restless > 10


def test_a_floor_that_the_twins_do_not_show_is_called_the_least_that_is_taken(tmp_path):
    planted.write(tmp_path, machines=(OWN,))
    tables = Tables(tmp_path)
    compared = tables.frame("comparisons")
    for low, lost in ((3.0, r"0 of the \d+"), (1.0001, r"(\d+) of the \1")):
        compared["ratio_low"], compared["ratio_high"] = low, 4.0
        said = resolution(Section(tables, "en", OWN, 0))
        assert "differ by beyond the scatter" in said
        assert re.search(f"With the upper end of its interval as the floor, {lost} comparisons", said)
    noise = tables.frame("noise")
    noise["ratio"], noise["error"] = 1.0, 0.01
    said = resolution(Section(tables, "en", OWN, 0)).replace("\u00a0", " ")
    assert "show nothing beyond the scatter of their trials" in said
    assert "Below 0.500 %" in said


@pytest.mark.parametrize(
    ("warming", "told"), [([], "1.00"), (["torch", "jax"], "1.00"), (["jax"], "0.909"), (["torch"], "1.10")]
)
def test_it_is_told_whether_the_ratio_changes_while_a_trial_lasts(tmp_path, warming, told):
    planted.write(tmp_path, machines=(OWN,))
    tables = Tables(tmp_path)
    runs = tables.frame("runs")
    assert "changes by a factor of" not in resolution(Section(tables, "en", OWN, 0)), "nothing took turns"
    later = runs["framework"].isin(warming).map({True: 1.1, False: 1.0})
    runs["values"] = [
        [step] * 4 + [step * factor] * 4 for step, factor in zip(runs["step_seconds"], later, strict=True)
    ]
    runs["rounds"] = [range(8)] * len(runs)
    runs["paired"] = pd.Series([True] * len(runs), dtype=object)
    assert f"changes by a factor of {told}" in resolution(Section(tables, "en", OWN, 0))


@pytest.mark.parametrize(("language", "said"), [("en", "no difference is believed"), ("zh", "任何差异都不予采信")])
def test_without_twins_a_sentence_says_what_follows_from_that(empty, language, said):
    html = resolution(Section(empty, language, OWN, 0))
    assert said in html
    assert "<table" not in noise_table(Section(empty, language, OWN, 10))
