"""The scope of the results, as the first screen tells it."""

import re

import pytest

from article.parts.machines import processor
from article.parts.scope import facts, scope
from article.section import Section
from tests.article.planted import HOSTILE, OTHER, OWN


def test_the_scope_names_machine_threads_sizes_precisions_trials_versions_and_days(tables):
    found = dict(facts(Section(tables, "en", OWN, 0), OWN))
    assert found["Processor"] == "Synthetic CPU"
    assert found["GPU"] == "none measured"
    assert found["Threads"] == "1"
    assert found["Sizes"] == "small, medium, large"
    assert found["Precision"] == "float64, float32"
    assert found["Trials per comparison"] == "1 to 3"
    assert found["Measured"] == "2026-01-01"
    assert "PyTorch\u00a00.0.synthetic" in found["Versions"]


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        ({"processor": {"family": "25", "model": "17"}}, "AMD EPYC (family 25, model 17)"),
        ({"processor": {"family": "25"}}, "AMD EPYC"),
        ("nonsense", "AMD EPYC"),
        (None, "AMD EPYC"),
    ],
)
def test_processors_of_one_name_are_told_apart(empty, identity, shown):
    known = {"cpu_model": "AMD EPYC", "identity": identity}
    assert processor(Section(empty, "en", OWN, 0), known) == shown


def test_a_machine_with_results_of_a_gpu_does_not_say_that_none_was_measured(tables):
    found = dict(facts(Section(tables, "en", OWN, 0), OTHER))
    assert found["GPU"] == "Synthetic GPU"


def test_the_scope_of_other_machines_is_folded_and_hostile_words_are_escaped(tables):
    html = scope(Section(tables, "zh", OWN, 0))
    assert html.index(OWN) < html.index("<details") < html.index(OTHER)
    assert HOSTILE not in html


def test_nothing_that_is_unknown_stands_in_the_scope(empty):
    html = scope(Section(empty, "en", "nowhere", 0))
    assert re.findall("<dd>(.*?)</dd>", html) == ["none measured"]
