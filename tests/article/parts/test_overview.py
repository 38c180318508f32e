"""The first screen."""

from article.parts.overview import headline_sentences, headlines, overview
from article.section import Section
from bench.results import selection
from tests.article.planted import OTHER, OWN


def test_points_of_scaling_curves_and_ways_to_a_target_count_in_no_headline(tables):
    """A sweep point has the opposite verdict in the synthetic tables; it must count nowhere but in its curve."""
    best = selection.best(tables, OWN)
    assert not best["size"].str.contains("-").any()
    assert "target" not in set(selection.main_problems(best)["task"])
    assert sum(entry.total for entry in headlines(Section(tables, "en", OWN, 0))) == best["ratio"].notna().sum()


def test_the_first_screen_draws_one_problem_per_workload_of_this_machine_and_names_the_rest(tables):
    html = overview(Section(tables, "en", OWN, 0))
    figure = html.split("<figure")[1].split("</figure>")[0]
    assert OTHER not in figure
    assert "training step" not in figure
    best = selection.best(tables, OWN)
    assert f"The other {len(best) - len(selection.main_problems(best))} comparisons" in html
    assert html.count("<details") > html.count("<svg") / 2 > 0


def test_the_headline_counts_faster_equal_undecided_and_not_comparable_apart(tables):
    section = Section(tables, "en", OWN, 0)
    (entry,) = (entry for entry in headlines(section) if entry.hardware == OWN)
    assert min(entry.jax, entry.torch, entry.equal, entry.undecided, entry.apart) > 0
    assert entry.jax + entry.torch + entry.equal + entry.undecided == entry.total
    html = headline_sentences(section, entry)
    assert f"in {entry.equal} both are equal, and {entry.undecided} cannot be decided." in html
    assert f"Pairs that are not comparable and have no ratio: {entry.apart}." in html


def test_after_one_trial_nobody_is_counted_as_faster(one_trial):
    for language, phrase in (("en", "none can be decided yet"), ("zh", "目前没有一项可以判定")):
        html = overview(Section(one_trial, language, OWN, 0))
        assert phrase in html
        assert 'data-verdict="undecided"' in html
        assert "faster in" not in html.split("<figure")[0]
        assert "更快的有" not in html.split("<figure")[0]
