"""Start-up and break-even as the article shows them: all phases, one sum."""

import pytest

from article import numbers
from article.figures import palette
from article.parts import startup
from article.parts.break_even import break_evens
from article.parts.startup import PARTS, Median, beginnings, startup_figure, startup_parts, telling_first
from article.section import Section
from article.words import read_words
from bench.results.selection import sound_runs
from bench.vocabulary import COMPARED
from tests.article.planted import OWN

COMPILED_COLD = 1.4 + 1.3 + 0.02 + 0.01 + 0.04 + 24.0
"""The planted phases of PyTorch's compiled start."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_phase_of_a_start_has_a_colour_a_word_and_a_column(language):
    words = read_words(language)
    assert set(PARTS.values()) == set(palette.PARTS)
    assert all(f"figure.startup.{part}" in words and f"column.{part}" in words for part in PARTS.values())


def test_a_start_is_shown_with_the_phases_that_it_has_and_with_their_sum(tables):
    section = Section(tables, "en", OWN, 2)
    data = startup_parts(section)
    compiled = data[(data["framework"] == "torch") & (data["mode"] == "compile") & (data["cache"] == "cold")]
    _, start = next(iter(compiled.groupby("panel")))
    assert start["part"].tolist() == ["import", "compiler import", "device", "data", "build", "first step"]
    assert start["total"].unique() == pytest.approx(COMPILED_COLD)
    html = startup_figure(section)
    assert section.words["column.compiler import"] in html
    assert numbers.seconds(COMPILED_COLD) in html


def test_trainings_and_long_starts_of_this_machine_are_drawn(tables):
    runs = sound_runs(tables)
    longest = runs.groupby("workload").ngroup()
    runs = runs.assign(first_step_seconds=1.0 + longest)
    ordered = telling_first(runs, OWN).drop_duplicates(["hardware", "workload"])
    kinds = [(row.hardware != OWN, row.family != "training") for row in ordered.itertuples()]
    assert kinds == sorted(kinds)
    first = ordered[(ordered["hardware"] == OWN) & (ordered["family"] == "training")]
    assert len(first) > 2
    assert first["first_step_seconds"].is_monotonic_decreasing


def test_the_problems_that_compile_in_both_frameworks_are_drawn_first(tables):
    found = break_evens(Section(tables, "en", OWN, 2))
    counts = [len({one.framework for one in found if one.panel == entry.panel}) for entry in found]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == 2


def test_break_even_and_the_rows_of_packages_take_the_whole_start(tables):
    section = Section(tables, "en", OWN, 2)
    starts = [
        entry.start_seconds for entry in break_evens(section) if (entry.framework, entry.mode) == ("torch", "compile")
    ]
    assert starts
    assert starts == pytest.approx([COMPILED_COLD] * len(starts))
    assert medians(tables, "compiled_cold")["torch"].seconds == pytest.approx(COMPILED_COLD)


def test_both_frameworks_are_told_over_the_problems_that_both_were_started_in(tables, monkeypatch):
    runs = sound_runs(tables)
    eager = (runs["hardware"] == OWN) & (runs["mode"] == "eager")
    kept = sorted(set(runs.loc[eager & (runs["framework"] == "jax"), "workload"]))[0]
    runs = runs[~(eager & (runs["framework"] == "jax") & (runs["workload"] != kept))]
    only = eager.loc[runs.index] & (runs["framework"] == "torch") & (runs["workload"] == kept)
    assert 0 < only.sum() < (eager.loc[runs.index] & (runs["framework"] == "torch")).sum()
    runs.loc[only, "first_step_seconds"] = 100.0
    monkeypatch.setattr(startup, "sound_runs", lambda tables: runs)
    eager, cold = medians(tables, "eager"), medians(tables, "compiled_cold")
    assert [eager[framework].workloads for framework in COMPARED] == [1, 1]
    assert eager["torch"].seconds > 100 > eager["jax"].seconds
    assert cold["torch"].workloads == cold["jax"].workloads > 1
    alone = runs[runs["framework"] == "torch"]
    monkeypatch.setattr(startup, "sound_runs", lambda tables: alone)
    assert beginnings(tables, OWN)["torch"].eager is None, "there is nothing to compare"


def medians(tables, kind):
    """Framework → its median start of a kind."""
    found = {framework: getattr(entry, kind) for framework, entry in beginnings(tables, OWN).items()}
    assert all(isinstance(median, Median) for median in found.values())
    return found
