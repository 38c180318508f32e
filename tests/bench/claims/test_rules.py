"""The rules of verdicts: two thirds decide, if five workloads voted, no single one turns it, and the sizes agree."""

import pytest

from bench.claims.evidence import MIXED, REFUTED, SUPPORTED, UNDECIDED, UNMEASURED
from bench.claims.rules import (
    AGAINST,
    FOR,
    LEAST_WORKLOADS,
    TURNING,
    UNTOLD,
    WHOLE,
    by_framework,
    by_parts,
    by_share,
    by_votes,
)
from bench.events import Missing


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
        ((2, 0, 0, 1), SUPPORTED),
        ((1, 0, 0, 1), MIXED),
        ((0, 0, 0, 3), MIXED),
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


def ballot(*said, **sizes):
    """A ballot of workloads that say so in all, and so at each size."""
    return {
        f"w{place}": {WHOLE: whole} | {size: votes[place] for size, votes in sizes.items() if place < len(votes)}
        for place, whole in enumerate(said)
    }


@pytest.mark.parametrize(("vote", "verdict"), [(FOR, SUPPORTED), (AGAINST, REFUTED)])
def test_five_workloads_are_the_least_that_decide(vote, verdict):
    few, enough = (by_votes(ballot(*[vote] * count)) for count in (LEAST_WORKLOADS - 1, LEAST_WORKLOADS))
    assert (few.verdict, few.evidence["share"]) == (UNDECIDED, verdict)
    assert (enough.verdict, enough.evidence["share"]) == (verdict, verdict)


def test_few_workloads_that_contradict_each_other_are_mixed():
    assert by_votes(ballot(FOR, FOR, FOR, AGAINST)).verdict == MIXED


def test_a_part_that_few_workloads_decide_alike_leaves_a_claim_undecided_that_needs_it():
    few, sure = {"verdict": UNDECIDED, "share": SUPPORTED}, {"verdict": SUPPORTED}
    assert by_framework({"torch": sure, "jax": few}).verdict == UNDECIDED


@pytest.mark.parametrize(("vote", "other"), [(FOR, AGAINST), (AGAINST, FOR)])
def test_a_verdict_that_one_workload_turns_is_mixed_and_names_it(vote, other):
    turned = by_votes(ballot(*[vote] * 4, *[other] * 2))
    assert (turned.verdict, turned.evidence["share"]) == (MIXED, SUPPORTED if vote == FOR else REFUTED)
    assert turned.evidence["leave_one_out"]["changes"] == dict.fromkeys(("w0", "w1", "w2", "w3"), MIXED)
    firm = by_votes(ballot(*[vote] * 5, *[other] * 2))
    assert (firm.verdict, firm.evidence["leave_one_out"]["changes"]) == (firm.evidence["share"], {})
    assert firm.verdict != MIXED


def test_a_verdict_that_one_workload_leaves_undecided_is_mixed():
    found = by_votes(ballot(*[FOR] * 4, *[UNTOLD] * 2))
    assert (found.verdict, found.evidence["share"]) == (MIXED, SUPPORTED)
    found = by_votes(ballot(*[FOR] * 3, AGAINST, *[UNTOLD] * 4))
    assert (found.verdict, found.evidence["leave_one_out"]["changes"]["w0"]) == (MIXED, UNDECIDED)


def test_where_more_than_half_cannot_be_told_nothing_is_decided():
    found = by_votes(ballot(FOR, *[UNTOLD] * 6))
    assert (found.verdict, found.evidence["reason"]) == (UNDECIDED, "intervals too wide")


@pytest.mark.parametrize(
    ("count", "single", "reason"),
    [
        (LEAST_WORKLOADS - 1, "", "too few workloads"),
        (LEAST_WORKLOADS - 1, "0123", "too few workloads"),
        (LEAST_WORKLOADS, "", "intervals too wide"),
        (LEAST_WORKLOADS, "012", "intervals too wide or missing"),
        (LEAST_WORKLOADS, "01234", "single runs have no interval"),
    ],
)
def test_the_reason_is_the_one_that_holds(count, single, reason):
    found = by_votes(ballot(*[UNTOLD] * count), {f"w{place}" for place in single})
    assert (found.verdict, found.evidence["reason"]) == (UNDECIDED, reason)


def test_a_workload_that_the_size_turns_speaks_for_neither_side():
    found = by_votes(ballot(*[FOR] * 6, *[TURNING] * 4))
    assert (found.verdict, found.evidence["for"], found.evidence["turning"]) == (MIXED, 6, 4)
    assert by_votes(ballot(*[FOR] * 6, TURNING)).verdict == SUPPORTED


def test_sizes_that_disagree_make_it_mixed_and_are_told():
    found = by_votes(ballot(*[FOR] * 10, small=[FOR] * 10, medium=[AGAINST] * 5))
    assert (found.verdict, found.evidence["share"]) == (MIXED, MIXED)
    assert found.evidence["sizes"] == {
        "small": {"votes": 10, "verdict": SUPPORTED},
        "medium": {"votes": 5, "verdict": REFUTED},
    }
    assert by_votes(ballot(*[FOR] * 10, small=[FOR] * 10, medium=[FOR] * 5)).verdict == SUPPORTED


def test_a_size_of_few_workloads_or_of_wide_intervals_is_told_and_decides_nothing():
    few = by_votes(ballot(*[FOR] * 10, small=[FOR] * 10, medium=[AGAINST] * 4))
    assert (few.verdict, few.evidence["sizes"]["medium"]) == (SUPPORTED, {"votes": 4, "verdict": REFUTED})
    wide = by_votes(ballot(*[FOR] * 10, small=[FOR] * 10, medium=[UNTOLD] * 10))
    assert (wide.verdict, wide.evidence["sizes"]["medium"]["verdict"]) == (SUPPORTED, UNDECIDED)


def test_a_framework_that_is_open_leaves_the_claim_open():
    sure, wide = {"verdict": SUPPORTED}, {"verdict": UNDECIDED, "reason": "intervals too wide"}
    assert by_framework({"torch": sure, "jax": sure}).verdict == SUPPORTED
    assert by_framework({"torch": sure, "jax": {"verdict": REFUTED}}).verdict == MIXED
    with pytest.raises(Missing, match="intervals too wide"):
        by_framework({"torch": sure, "jax": wide})
    with pytest.raises(Missing, match="no comparisons"):
        by_framework({"torch": sure, "jax": {"verdict": UNMEASURED, "reason": "no comparisons"}})
