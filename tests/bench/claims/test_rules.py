"""The rules that count comparisons: two thirds decide, and what has no interval decides nothing."""

import pandas as pd
import pytest

from bench.claims.evidence import MIXED, REFUTED, SUPPORTED, UNMEASURED, Results
from bench.claims.judge import judge
from bench.claims.rules import by_parts, by_share
from bench.events import Missing
from tests.bench.claims.planted import ENTRIES, comparisons


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ((3, 0, 0), SUPPORTED),
        ((2, 1, 0), SUPPORTED),
        ((2, 0, 1), SUPPORTED),
        ((1, 1, 0), MIXED),
        ((1, 2, 0), REFUTED),
        ((0, 3, 0), REFUTED),
        ((0, 2, 1), REFUTED),
        ((1, 1, 1), MIXED),
        ((0, 1, 1), MIXED),
    ],
)
def test_two_thirds_decide(counts, verdict):
    assert by_share(*counts) == verdict


@pytest.mark.parametrize(("counts", "reason"), [((0, 0, 0), "no comparisons"), ((1, 0, 2), "intervals too wide")])
def test_nothing_and_mostly_undecided_decide_nothing(counts, reason):
    with pytest.raises(Missing) as raised:
        by_share(*counts)
    assert raised.value.evidence["reason"] == reason


def test_parts_decide_together():
    assert [by_parts(parts) for parts in ([True, True], [True, False], [False, False])] == [SUPPORTED, MIXED, REFUTED]
    with pytest.raises(Missing):
        by_parts([])


def test_wide_intervals_decide_nothing():
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", comparisons([1.05] * 6, half_width=0.5)))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "intervals too wide")


def test_single_runs_decide_nothing():
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", comparisons([2.0] * 6, half_width=None)))
    assert (found.verdict, found.evidence["reason"]) == (UNMEASURED, "single runs have no interval")


def test_what_is_not_comparable_is_counted_and_decides_nothing():
    planted = comparisons([1.5] * 6)
    planted["comparisons"].loc[3:, ["verdict", "ratio"]] = ["not comparable", None]
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", planted))
    assert (found.verdict, found.evidence["not_comparable"]) == (SUPPORTED, 3)


def test_devices_that_disagree_make_it_mixed():
    parts = [comparisons([ratio] * 4, device=device)["comparisons"] for ratio, device in ((1.5, "cpu"), (0.5, "cuda"))]
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", {"comparisons": pd.concat(parts)}))
    assert found.verdict == MIXED
    assert {name: part["verdict"] for name, part in found.evidence["devices"].items()} == {
        "cpu": SUPPORTED,
        "cuda": REFUTED,
    }


def test_a_device_without_data_leaves_the_other_to_decide():
    known, unknown = comparisons([1.5] * 4), comparisons([1.5] * 4, half_width=None, device="cuda")
    both = pd.concat([known["comparisons"], unknown["comparisons"]])
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", {"comparisons": both}))
    assert found.verdict == SUPPORTED
    assert found.evidence["devices"]["cuda"]["reason"] == "single runs have no interval"
