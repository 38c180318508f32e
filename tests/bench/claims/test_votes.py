"""What a workload says of a claim about times: one vote, whatever its problems, and none where its sizes disagree."""

import pandas as pd
import pytest

from bench.claims.evidence import MIXED, REFUTED, SUPPORTED, UNDECIDED, Results
from bench.claims.judge import judge
from bench.claims.rules import AGAINST, UNTOLD
from bench.claims.votes import clear_gain, voted
from tests.bench.claims.planted import ENTRIES, compared, comparisons, verdict_of

NAMES = "abcde"
"""As many workloads as decide."""


def efficiency(*frames):
    """The evidence on the CPU for the claim that JAX is more efficient, with its verdict."""
    planted = {"comparisons": pd.concat(frames, ignore_index=True)}
    return judge(ENTRIES["bg-jax-efficiency"], Results("here", planted)).evidence["devices"]["cpu"]


def curve(ratios: dict[str, float], name: str = "a", **options) -> pd.DataFrame:
    """Comparisons of a workload along a scaling curve: point → ratio."""
    return pd.concat([compared({name: [ratio]}, **options).assign(size=point) for point, ratio in ratios.items()])


def test_wide_intervals_decide_nothing():
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", comparisons([1.05] * 6, half_width=0.5)))
    assert (found.verdict, found.evidence["reason"]) == (UNDECIDED, "intervals too wide")


def test_single_runs_decide_nothing():
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", comparisons([2.0] * 6, half_width=None)))
    assert (found.verdict, found.evidence["reason"]) == (UNDECIDED, "single runs have no interval")


def test_what_is_not_comparable_is_counted_and_decides_nothing():
    planted = comparisons([1.5] * 8)["comparisons"]
    planted.loc[5:, ["verdict", "ratio"]] = ["not comparable", None]
    found = efficiency(planted)
    assert (found["verdict"], found["not_comparable"]) == (SUPPORTED, 3)


def single(ratios: dict[str, list[float]], **options) -> pd.DataFrame:
    """Comparisons of side tasks that were measured in a single trial."""
    return compared(ratios, half_width=None, **options)


def test_a_problem_of_a_single_trial_does_not_enter_where_others_have_an_interval():
    sure = compared({name: [1.5] for name in NAMES})
    for ratio in (0.01, 1.0, 100.0):  # whatever it is
        found = efficiency(sure, single({"a": [ratio]}, task="forward"))
        assert (found["verdict"], found["for"], found["open"]) == (SUPPORTED, 5, 0)
        assert found["ratio"] == pytest.approx(1.5), "nor into the mean that is told"


def test_the_vote_at_a_size_is_that_of_the_problems_with_an_interval():
    medium = [compared({"a": [0.5]}), single({"a": [3.0]}, task="forward")]
    found = efficiency(compared({name: [0.5] for name in NAMES}), *(part.assign(size="medium") for part in medium))
    assert found["ballot"]["a"] == AGAINST
    assert found["sizes"]["medium"] == {"votes": 1, "verdict": REFUTED}


def test_a_workload_of_single_trials_alone_is_undecided_and_counted():
    found = efficiency(compared({name: [1.5] for name in NAMES}), single({"f": [9.0, 9.0]}))
    assert (found["votes"], found["ballot"]["f"]) == (6, UNTOLD)


def test_a_size_of_single_trials_alone_turns_nothing_and_says_nothing():
    sure, medium = compared({name: [1.5] for name in NAMES}), single({name: [0.1] for name in NAMES})
    found = efficiency(sure, medium.assign(size="medium"))
    assert (found["verdict"], found["turns"]) == (SUPPORTED, [])
    assert found["sizes"]["medium"] == {"votes": 5, "verdict": UNDECIDED}


def test_sizes_are_held_against_each_other_in_the_tasks_that_have_an_interval_at_both():
    small = [compared({name: [1.5] for name in NAMES}), compared({"a": [0.1]}, task="forward")]
    medium = [compared({"a": [1.5]}), single({"a": [0.1]}, task="forward")]
    assert efficiency(*small, *(part.assign(size="medium") for part in medium))["turns"] == []


def test_of_a_speed_up_too_a_single_trial_does_not_enter():
    rows = pd.DataFrame({"task": ["t", "u"], "ratio": [2.0, 0.1], "low": [1.8, None], "high": [2.2, None]})
    rows = rows.assign(workload="a", size="small", precision="float64")
    nothing = pd.DataFrame(columns=["workload", "task", "precision", "kind", "amount"])
    assert voted(rows, nothing, clear_gain).evidence["for"] == 1


def test_a_step_that_tells_what_a_call_costs_has_no_vote():
    frame = comparisons([1.5] * 6)["comparisons"].assign(torch_seconds=1e-3, jax_seconds=[1e-6] + [1e-3] * 5)
    found = efficiency(frame)
    assert (found["verdict"], found["votes"], found["comparisons"], found["calls"]) == (SUPPORTED, 5, 5, 1)


def test_devices_that_disagree_make_it_mixed():
    parts = [comparisons([ratio] * 5, device=device)["comparisons"] for ratio, device in ((1.5, "cpu"), (0.5, "cuda"))]
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", {"comparisons": pd.concat(parts)}))
    assert found.verdict == MIXED
    assert {name: part["verdict"] for name, part in found.evidence["devices"].items()} == {
        "cpu": SUPPORTED,
        "cuda": REFUTED,
    }


def test_a_device_without_data_leaves_the_other_to_decide():
    known, unknown = comparisons([1.5] * 5), comparisons([1.5] * 5, half_width=None, device="cuda")
    both = pd.concat([known["comparisons"], unknown["comparisons"]])
    found = judge(ENTRIES["bg-jax-efficiency"], Results("here", {"comparisons": both}))
    assert found.verdict == SUPPORTED
    assert found.evidence["devices"]["cuda"]["reason"] == "single runs have no interval"


def test_a_workload_has_one_vote_however_many_problems_it_has():
    found = efficiency(compared({"many": [1.5] * 10, **{name: [0.6] for name in NAMES}}))
    assert (found["verdict"], found["votes"], found["for"], found["against"]) == (REFUTED, 6, 1, 5)
    assert (found["comparisons"], found["jax_faster"], found["torch_faster"]) == (15, 10, 5)


def test_the_vote_of_a_workload_is_that_of_its_geometric_mean():
    assert efficiency(compared({"a": [2.0, 0.9], "b": [1.5], "c": [1.5]}))["for"] == 3
    assert efficiency(compared({"a": [2.0, 0.5], "b": [1.5], "c": [1.5]}))["against"] == 1  # 1: both are equal


def test_problems_of_a_workload_decide_together_what_none_decides_alone():
    alone = efficiency(compared({name: [1.2] for name in NAMES}, half_width=0.25))
    together = efficiency(compared({name: [1.2] * 9 for name in NAMES}, half_width=0.25))
    assert (alone["verdict"], alone["open"]) == (UNDECIDED, 5)
    assert (together["verdict"], together["for"], together["undecided"]) == (SUPPORTED, 5, 45)


def test_what_is_undecided_is_no_evidence_against_a_claim_and_what_is_equal_is():
    undecided = compared({"u": [0.98]}, half_width=0.09)
    equal = compared({"u": [0.98]}, half_width=0.02)
    others = compared({"a": [1.5], "b": [1.5]})
    found = [efficiency(others, frame) for frame in (undecided, equal)]
    assert [(each["against"], each["open"]) for each in found] == [(0, 1), (1, 0)]
    assert [(each["equal"], each["undecided"]) for each in found] == [(0, 1), (1, 0)]


def test_leaving_out_a_workload_tells_which_ones_the_verdict_hangs_on():
    found = efficiency(compared({name: [1.5] for name in "abcd"} | {"e": [0.6], "f": [0.6]}))
    assert (found["verdict"], found["share"]) == (MIXED, SUPPORTED)
    assert found["leave_one_out"]["changes"] == dict.fromkeys("abcd", MIXED)
    many = efficiency(compared({name: [1.5] for name in "abcdef"} | {"g": [100.0]}))
    assert (many["verdict"], many["leave_one_out"]["changes"]) == (SUPPORTED, {})
    assert many["leave_one_out"]["least"] == pytest.approx(1.5)
    assert many["leave_one_out"]["most"] == pytest.approx((1.5**5 * 100) ** (1 / 6))


def test_a_task_that_was_added_to_one_workload_turns_no_verdict():
    five = {name: [1.5] for name in NAMES}
    assert efficiency(compared(five))["verdict"] == SUPPORTED
    for more in ([0.4] * 30, [3.0] * 30):
        found = efficiency(compared(five | {"f": [1.5, *more]}))
        assert (found["verdict"], found["votes"]) == (SUPPORTED, 6)


def test_of_a_strength_too_it_is_told_what_leaving_out_a_workload_changes():
    planted = {"comparisons": compared({"gpt": [0.6], "bert": [1.5]})}
    found = judge(ENTRIES["use-nlp"], Results("here", planted)).evidence["devices"]["cpu"]
    assert (found["verdict"], found["leave_one_out"]["changes"]) == (MIXED, {"gpt": REFUTED, "bert": SUPPORTED})


def test_a_workload_whose_sizes_disagree_has_no_vote_and_the_sizes_are_told():
    small, medium = compared({name: [3.0] for name in NAMES}), compared({name: [0.8] for name in NAMES})
    found = efficiency(small, medium.assign(size="medium"))
    assert (found["verdict"], found["for"], found["turning"]) == (MIXED, 0, 5)
    assert {size: said["verdict"] for size, said in found["sizes"].items()} == {"small": SUPPORTED, "medium": REFUTED}
    assert found["turns"][0] == {
        "workload": "a",
        "task": None,
        "first": "for",
        "from_size": "small",
        "to_size": "medium",
        "at": None,
    }
    agreeing = efficiency(small, small.assign(size="medium"))
    assert (agreeing["verdict"], agreeing["turns"]) == (SUPPORTED, [])


def test_sizes_are_held_against_each_other_in_the_tasks_that_both_have():
    small = pd.concat([compared({name: [1.5] for name in NAMES}), compared({"a": [0.5]}, task="forward")])
    medium = compared({"a": [0.5]}, task="forward").assign(size="medium")
    assert efficiency(small, medium)["turns"] == []
    assert len(efficiency(small, medium.assign(task="train"))["turns"]) == 1


def test_a_size_between_that_cannot_be_told_hides_no_change():
    wide = compared({"a": [1.0]}, half_width=0.5).assign(size="medium")
    found = efficiency(compared({name: [1.5] for name in NAMES}), wide, compared({"a": [0.5]}).assign(size="large"))
    assert [(turn["from_size"], turn["to_size"]) for turn in found["turns"]] == [("small", "large")]


@pytest.mark.parametrize(
    ("points", "at"),
    [
        ({"batch-10": 2.0, "batch-1000": 0.5}, 100),  # half way between the logarithms
        ({"qubits-10": 2.0, "qubits-14": 0.5}, 12),  # half way
        ({"batch-10": 2.0, "batch-100": 1.0}, None),  # as fast as each other at the second, and no faster
    ],
)
def test_a_curve_along_which_the_winner_changes_takes_the_vote_and_tells_where(points, at):
    usual = compared({name: [1.5] for name in NAMES})
    found = efficiency(usual, curve(points))
    first, last = points
    assert (found["for"], found["turning"], found["along"]) == (4, 1, 1)
    (turn,) = found["turns"]
    assert (turn["workload"], turn["first"], turn["from_size"], turn["to_size"]) == ("a", "for", first, last)
    assert turn["at"] == (pytest.approx(at, rel=0.02) if at else None)


def test_a_curve_that_says_what_the_named_sizes_do_not_takes_the_vote():
    usual = compared({name: [1.5] for name in NAMES})
    (turn,) = efficiency(usual, curve({"batch-1": 0.5, "batch-10": 0.4}))["turns"]
    assert (turn["from_size"], turn["to_size"]) == ("small", "batch-1")
    assert efficiency(usual, curve({"batch-1": 1.6, "batch-10": 1.4}))["turns"] == []


def test_points_of_a_curve_have_no_vote_of_their_own():
    found = efficiency(compared({name: [1.5] for name in NAMES}), curve({"batch-1": 0.5, "batch-10": 0.4}, "other"))
    assert (found["verdict"], found["votes"], found["along"]) == (SUPPORTED, 5, 0)


def test_a_claim_of_two_workloads_is_undecided_and_one_that_its_curve_turns_says_where():
    planted = {
        "comparisons": pd.concat(
            [compared({"gpt": [0.6], "bert": [0.6]}), curve({"batch-1": 1.5, "batch-8": 0.6}, "gpt")]
        )
    }
    found = judge(ENTRIES["use-nlp"], Results("here", planted))
    assert (found.verdict, found.evidence["devices"]["cpu"]["turns"][0]["workload"]) == (MIXED, "gpt")
    assert verdict_of("use-nlp", Results("here", {"comparisons": compared({"gpt": [0.6], "bert": [0.6]})})) == UNDECIDED
