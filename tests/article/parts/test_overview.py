"""The first screen: the answer, and workload by workload."""

import pandas as pd
import pytest

from article.parts.decisions import decision_matrix
from article.parts.noise import resolution
from article.parts.overview import answer, answer_sentences, headline_sentences, headlines, overview
from article.parts.scope import scope
from article.section import MANY, Section
from bench.results import selection
from tests.article.planted import OTHER, OWN


def test_points_of_scaling_curves_and_ways_to_a_target_count_in_no_headline(tables):
    """A sweep point has the opposite verdict in the synthetic tables; it must count nowhere but in its curve."""
    best = selection.best(tables, OWN)
    assert not best["size"].str.contains("-").any()
    assert "target" not in set(selection.main_problems(best)["task"])
    assert sum(entry.total for entry in headlines(Section(tables, "en", OWN, 0))) == best["ratio"].notna().sum()


def test_the_workloads_are_drawn_one_problem_each_of_this_machine_and_the_rest_is_named(tables):
    html = overview(Section(tables, "en", OWN, 0))
    figure = html.split("<figure")[1].split("</figure>")[0]
    assert OTHER not in figure
    assert "training step" not in figure
    best = selection.best(tables, OWN)
    assert f"of other tasks, sizes and precisions ({len(best) - len(selection.main_problems(best))})" in html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_family_of_workloads_is_named_in_the_figure(tables, language):
    section = Section(tables, language, OWN, 0)
    figure = overview(section).split("<figure")[1].split("</figure>")[0]
    main = selection.main_problems(selection.best(tables, OWN))
    families = main[(main["hardware"] == OWN) & main["ratio"].notna()]["family"].unique()
    assert len(families) > 1
    for family in families:
        assert f">{section.words[f'family.{family}']}</text>" in figure


def test_the_workloads_are_drawn_by_family_and_ratio(tables):
    html = overview(Section(tables, "en", OWN, 0))
    main = selection.main_problems(selection.best(tables, OWN))
    own = main[(main["hardware"] == OWN) & main["ratio"].notna()].sort_values(["family", "ratio"], kind="stable")
    names = Section(tables, "en", OWN, 0).names
    drawn = html.split('-text" hidden>')[1].split("</div>")[0]
    places = [drawn.index(f"{names.workload(name)} — {OWN}") for name in own["workload"][:MANY]]
    assert places == sorted(places)
    assert len(places) == MANY


@pytest.mark.parametrize("part", [scope, answer, decision_matrix, resolution])
def test_what_the_first_screen_says_of_other_machines_is_folded(tables, part):
    first, *others = part(Section(tables, "en", OWN, 0)).split("<details", 1)
    assert OWN in first
    assert OTHER not in first
    assert OTHER in "".join(others)


def main_rows(verdicts, size="small"):
    """Comparisons of one machine and device, a workload each, with these ratios and verdicts."""
    seconds = {"torch_seconds": 1.0, "jax_seconds": 1.0, "task": "train", "size": size}
    return pd.DataFrame(
        [
            {"family": "training", "workload": f"w{n}", "ratio": ratio, "verdict": verdict, **seconds}
            for n, (ratio, verdict) in enumerate(verdicts)
        ]
    )


@pytest.mark.parametrize(
    ("verdicts", "said", "unsaid"),
    [
        (
            [(2.0, "jax faster")] * 5,
            "JAX is faster in 5 and PyTorch in 0; in 0 both are equal, and in 0 it is undecided",
            "Without",
        ),
        ([(0.5, "torch faster")] * 5, "is 0.500 in the median workload", "Without"),
        ([(1.0, "equal")] * 3, "in 3 both are equal", "median"),
        ([(1.2, "undecided")] * 5, "(5), none can be decided yet", "median"),
        ([(None, "not comparable")], "no workload could be compared", "faster"),
        ([(2.0, "jax faster"), (None, "not comparable")], "nothing could be compared: 1.", "median"),
    ],
)
def test_the_answer_is_true_whatever_came_out(tables, verdicts, said, unsaid):
    rows = main_rows(verdicts)
    html = answer_sentences(Section(tables, "en", OWN, 0), OWN, "cpu", rows, rows)
    assert said in html
    assert unsaid not in html
    assert "At the size" not in html


def test_the_answer_names_its_size_and_counts_at_the_others_too(tables):
    medium, small = main_rows([(2.0, "jax faster")] * 3, "medium"), main_rows([(0.5, "torch faster")] * 2)
    html = answer_sentences(Section(tables, "en", OWN, 0), OWN, "cpu", medium, pd.concat([small, medium]))
    assert "at the largest size measured (medium), JAX is faster in 3" in html
    assert html.count("At the size") == 1
    assert "At the size small (votes: 2; too short or not comparable: 0): JAX faster in 0, PyTorch in 2;" in html


def test_the_answer_counts_the_workloads_that_the_figure_draws(tables):
    """A step of less than 50 µs is drawn, and has no vote."""
    main = selection.main_problems(selection.best(tables, OWN))
    own = main[(main["hardware"] == OWN) & (main["device"] == "cpu")]
    voting = own[own["ratio"].notna() & ~selection.shows_a_call(own)]
    html = answer(Section(tables, "en", OWN, 0))
    assert f"{OWN}, CPU: of the workloads compared ({len(voting)})" in html
    assert f"nothing could be compared: {len(own) - len(voting)}." in html
    assert len(own) > len(voting)


def test_the_headline_counts_faster_equal_undecided_and_not_comparable_apart(tables):
    section = Section(tables, "en", OWN, 0)
    (entry,) = (entry for entry in headlines(section) if entry.hardware == OWN)
    assert min(entry.jax, entry.torch, entry.equal, entry.undecided, entry.apart) > 0
    assert entry.jax + entry.torch + entry.equal + entry.undecided == entry.total
    html = headline_sentences(section, entry)
    assert f"in {entry.equal} both are equal, and {entry.undecided} cannot be decided." in html
    assert f"Pairs that are not comparable and have no ratio: {entry.apart}." in html


def test_after_one_trial_nobody_is_counted_as_faster(one_trial):
    for language, phrase in (("en", "none can be decided yet"), ("zh", "目前没有一个可以判定")):
        section = Section(one_trial, language, OWN, 0)
        html = answer(section) + overview(section)
        assert phrase in html
        assert "faster in" not in html.split("<figure")[0]
        assert "更快的有" not in html.split("<figure")[0]
