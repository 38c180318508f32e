"""The rules that count comparisons: two thirds decide, and what has no interval decides nothing."""

import pandas as pd
import pytest

from bench.claims.evidence import MIXED, REFUTED, SUPPORTED, UNDECIDED, Results
from bench.claims.judge import judge
from bench.claims.rules import by_parts, by_share
from bench.events import Missing
from tests.bench.claims.planted import ENTRIES, compared, comparisons, verdict_of


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
    assert (found.verdict, found.evidence["reason"]) == (UNDECIDED, "intervals too wide")


def test_single_runs_decide_nothing():
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", comparisons([2.0] * 6, half_width=None)))
    assert (found.verdict, found.evidence["reason"]) == (UNDECIDED, "single runs have no interval")


def test_what_is_not_comparable_is_counted_and_decides_nothing():
    planted = comparisons([1.5] * 6)
    planted["comparisons"].loc[3:, ["verdict", "ratio"]] = ["not comparable", None]
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", planted))
    assert (found.verdict, found.evidence["not_comparable"]) == (SUPPORTED, 3)


def test_a_step_that_tells_what_a_call_costs_has_no_vote():
    planted = comparisons([1.5] * 6)
    frame = planted["comparisons"].assign(torch_seconds=1e-3, jax_seconds=[1e-6] + [1e-3] * 5)
    found = efficiency(frame)
    assert (found["verdict"], found["votes"], found["comparisons"], found["calls"]) == (SUPPORTED, 5, 5, 1)


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


def efficiency(frame):
    """The evidence on the CPU for the claim that JAX is more efficient, with its verdict."""
    return judge(ENTRIES["bg-jax-efficiency"], Results("here", {"comparisons": frame})).evidence["devices"]["cpu"]


def test_a_workload_has_one_vote_however_many_problems_it_has():
    found = efficiency(compared({"many": [1.5] * 10, "b": [0.6], "c": [0.6]}))
    assert (found["verdict"], found["votes"], found["for"], found["against"]) == (REFUTED, 3, 1, 2)
    assert (found["comparisons"], found["jax_faster"], found["torch_faster"]) == (12, 10, 2)


def test_the_vote_of_a_workload_is_that_of_its_geometric_mean():
    assert efficiency(compared({"a": [2.0, 0.9], "b": [1.5], "c": [1.5]}))["for"] == 3
    assert efficiency(compared({"a": [2.0, 0.5], "b": [1.5], "c": [1.5]}))["against"] == 1  # 1: both are equal


def test_problems_of_a_workload_decide_together_what_none_decides_alone():
    alone = efficiency(compared({"a": [1.2], "b": [1.2], "c": [1.2]}, half_width=0.25))
    together = efficiency(compared({"a": [1.2] * 9, "b": [1.2] * 9, "c": [1.2] * 9}, half_width=0.25))
    assert (alone["verdict"], alone["open"]) == (UNDECIDED, 3)
    assert (together["verdict"], together["for"], together["undecided"]) == (SUPPORTED, 3, 27)


def test_what_is_undecided_is_no_evidence_against_a_claim_and_what_is_equal_is():
    undecided = compared({"u": [0.98]}, half_width=0.09)
    equal = compared({"u": [0.98]}, half_width=0.02)
    others = compared({"a": [1.5], "b": [1.5]})
    found = [efficiency(pd.concat([others, frame])) for frame in (undecided, equal)]
    assert [(each["against"], each["open"]) for each in found] == [(0, 1), (1, 0)]
    assert [(each["equal"], each["undecided"]) for each in found] == [(0, 1), (1, 0)]


def test_leaving_out_a_workload_tells_which_ones_the_verdict_hangs_on():
    found = efficiency(compared({"a": [1.5], "b": [1.5], "c": [0.6]}))
    assert found["verdict"] == SUPPORTED
    assert found["leave_one_out"] == {"least": None, "most": None, "changes": {"a": MIXED, "b": MIXED}}
    many = efficiency(compared({name: [1.5] for name in "abcdef"} | {"g": [100.0]}))
    assert many["leave_one_out"]["changes"] == {}
    assert many["leave_one_out"]["least"] == pytest.approx(1.5)
    assert many["leave_one_out"]["most"] == pytest.approx((1.5**5 * 100) ** (1 / 6))


def test_of_a_strength_too_it_is_told_what_leaving_out_a_workload_changes():
    planted = {"comparisons": compared({"gpt": [0.6], "bert": [1.5]})}
    found = judge(ENTRIES["use-nlp"], Results("here", planted)).evidence["devices"]["cpu"]
    assert (found["verdict"], found["leave_one_out"]["changes"]) == (MIXED, {"gpt": REFUTED, "bert": SUPPORTED})


def test_sizes_that_disagree_make_it_mixed_and_are_told():
    small, medium = compared({name: [3.0] for name in "abc"}), compared({name: [0.8] for name in "abc"})
    found = efficiency(pd.concat([small, medium.assign(size="medium")]))
    assert (found["verdict"], found["sizes"]) == (MIXED, {"small": SUPPORTED, "medium": REFUTED})
    agreeing = pd.concat([small, small.assign(size="medium")])
    assert verdict_of("bg-jax-efficiency", Results("here", {"comparisons": agreeing})) == SUPPORTED
