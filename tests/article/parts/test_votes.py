"""What votes of workloads say together."""

import pytest

from article.parts.votes import SPLIT, Votes


def votes(**ratios):
    names = {"jax": "jax faster", "torch": "torch faster"}
    return Votes(tuple((names.get(name, name), ratio) for name, found in ratios.items() for ratio in found))


@pytest.mark.parametrize(
    ("cast", "together"),
    [
        ({"jax": [2.0, 3.0], "undecided": [1.1]}, "jax faster"),
        ({"torch": [0.5, 0.4], "equal": [1.0]}, "torch faster"),
        ({"jax": [2.0], "undecided": [1.1]}, "undecided"),
        ({"jax": [2.0] * 9, "torch": [0.5]}, SPLIT),
        ({"equal": [1.0, 1.0], "undecided": [1.1]}, "equal"),
        ({"jax": [2.0], "equal": [1.0]}, SPLIT),
        ({"torch": [0.5], "equal": [1.0], "undecided": [1.1]}, "undecided"),
        ({}, "undecided"),
    ],
)
def test_a_framework_is_named_where_more_than_half_are_for_it_and_none_is_against(cast, together):
    assert votes(**cast).together == together


def test_the_median_of_the_votes_is_on_the_side_of_the_framework_that_is_named():
    found = votes(jax=[1.1, 1.2, 4.0], undecided=[0.2, 0.9])
    assert found.together == "jax faster"
    assert found.ratio() == pytest.approx(1.1)
    assert votes(jax=[1.0, 4.0]).ratio() == pytest.approx(2.0)


def test_the_largest_factor_of_a_framework_is_one_that_was_decided_for_it():
    found = votes(jax=[2.0, 3.0], torch=[0.25], undecided=[40.0, 0.01])
    assert found.most("jax faster") == 3.0
    assert found.most("torch faster") == 4.0
