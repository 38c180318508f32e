"""Comparisons of both frameworks: equal, unknown, and what cannot be compared are told apart, with the reason."""

import math

import numpy as np
import pytest

from bench.results import comparisons
from bench.results.noise import floors, noise_rows
from bench.results.pairs import ratio_of
from tests.bench.results.planted import QUIET, compared, gate, in_turns, run, series, twins_in_turns

BOTH = (("torch", "eager"), ("torch", "compile"), ("jax", "jit"))


def trials(torch, jax, numbers=range(5), **options):
    """What is said of trials in which both took turns, with the seconds per step of each, beside a quiet twin."""
    runs = in_turns(torch, numbers) + in_turns(jax, numbers, "jax", "jit")
    return compared(runs + twins_in_turns(), gate(), **options)


def test_a_clear_difference_is_called_one():
    row = compared(series(2.0), gate())
    assert (row["verdict"], row["rule"], row["ratio"]) == ("jax faster", "difference", pytest.approx(2.0))
    assert "further_trials" not in row


def test_what_lies_within_the_limits_of_equality_is_equal():
    row = trials([1.01 * step for step in QUIET], [1.0, 1.0, 1.02, 0.98, 1.0])
    assert (row["verdict"], row["rule"], row["equal_within"]) == ("equal", "equivalence", 0.05)
    assert 1 / 1.05 <= row["ratio_low_90"] <= row["ratio_high_90"] <= 1.05
    narrower = trials([1.01 * step for step in QUIET], [1.0, 1.0, 1.02, 0.98, 1.0], equal_within=0.02)
    assert (narrower["verdict"], narrower["rule"]) == ("undecided", "width")


def test_what_cannot_be_told_is_undecided_and_it_is_said_how_many_more_trials_would_decide():
    row = trials([1.1, 1.3, 0.9, 1.2, 1.0], QUIET)
    assert (row["verdict"], row["rule"]) == ("undecided", "width")
    assert 1 <= row["further_trials"] < 50
    assert (row["trials"], row["method"]) == (5, "paired")
    assert row["scatter"] == pytest.approx(np.log([1.1, 1.3, 0.9, 1.2, 1.0] / np.array(QUIET)).std(ddof=1))


def test_without_twins_nothing_is_called_a_difference_and_the_rule_says_so():
    row = compared(series(2.0, numbers=(0, 1, 2)), gate())
    assert (row["verdict"], row["rule"], row["noise_floor"]) == ("undecided", "no floor", None)


def test_a_single_trial_has_a_ratio_and_decides_nothing():
    row = compared(series(2.0, numbers=(0,)), gate())
    assert (row["verdict"], row["rule"], row["ratio"]) == ("undecided", "trials", pytest.approx(2.0))
    assert row["further_trials"] is None


@pytest.mark.parametrize(
    ("torch", "quantile", "first"),
    [
        ([1.50, 1.60, 1.40, 1.51, 1.49], 4.302653, 3),  # Stein's: of the first three
        ([1.50, 1.52, 1.49, 1.70, 1.30], 2.776445, 5),  # Student's, of all, is wider
    ],
)
def test_trials_of_the_second_stage_have_the_wider_interval_of_the_two_stage_rule(torch, quantile, first):
    jax = [1.0] * 5
    row = trials(torch, jax, (0, 1, 2, 100, 101))
    assert (row["method"], row["trials"]) == ("stein", 5)
    logs = np.log(torch)
    half = quantile * logs[:first].std(ddof=1) / math.sqrt(5)
    assert row["ratio"] == pytest.approx(math.exp(logs.mean()))
    assert row["ratio_high"] == pytest.approx(math.exp(logs.mean() + half), rel=1e-6)
    assert trials(torch, jax)["method"] == "paired"


# --- the noise floor --------------------------------------------------------------------------------------------------


def test_the_noise_floor_is_told_by_the_table_of_the_twins():
    rows = noise_rows(twins_in_turns())
    floor = floors(rows)["cpu"]
    assert (floor.value, floor.twins, floor.covered) == (0.005, 1, 1)
    assert (rows[0]["runs"], rows[0]["degrees"]) == (5, 4)
    assert floors([rows[0] | {"error": math.nan, "degrees": math.nan}]) == {}
    assert trials([2.0] * 5, QUIET)["noise_floor"] == 0.005


# --- the choice of the modes ------------------------------------------------------------------------------------------


def three_modes(eager, compiled, jax, **changes):
    """Runs of two modes of PyTorch and one of JAX."""
    return (
        in_turns(eager) + in_turns(compiled, mode="compile", **changes) + in_turns(jax, range(5), "jax", "jit")
    ) + twins_in_turns()


def test_each_trial_is_told_by_the_modes_that_are_fastest_in_the_other_trials():
    eager, compiled = [1.0, 1.0, 1.0, 1.0, 1.0], [1.1, 1.1, 1.1, 1.1, 0.5]
    row = compared(three_modes(eager, compiled, QUIET), gate(BOTH))
    assert row["torch_mode"] == "compile"  # 0.94 on the whole; without the last trial 1.1
    assert row["choice_share"] == pytest.approx(4 / 5)
    chosen = np.log([1.1, 1.1, 1.1, 1.1, 1.0] / np.array(QUIET))
    assert row["ratio"] == pytest.approx(math.exp(chosen.mean()))


def test_a_mode_that_is_always_the_fastest_is_chosen_in_every_trial():
    row = compared(three_modes([2.0] * 5, [1.0] * 5, QUIET), gate(BOTH))
    assert (row["torch_mode"], row["choice_share"]) == ("compile", 1.0)


def test_a_second_stage_in_which_the_machine_was_slower_does_not_turn_the_choice_of_modes():
    first, both = range(3), (0, 1, 2, 100, 101, 102)
    runs = [
        *in_turns([1.02, 1.03, 1.02], first),
        *in_turns([1.00, 1.01, 1.00, 1.05, 1.06, 1.05], both, mode="compile"),
        *in_turns([2.00, 2.01, 2.00, 2.10, 2.11, 2.10], both, "jax", "jit"),
    ]
    row = compared(runs + twins_in_turns(), gate(BOTH))
    assert (row["torch_mode"], row["choice_share"], row["trials"], row["method"]) == ("compile", 1.0, 6, "stein")


@pytest.mark.parametrize("trials", [3, 5])
def test_choosing_among_equal_modes_favours_nobody_and_the_interval_covers(trials):
    generator = np.random.default_rng(trials)
    modes = [("torch", mode) for mode in ("eager", "compile", "compile-max")] + [("jax", "jit")]
    logs, covered = [], []
    for _ in range(300):
        seconds = np.exp(0.1 * generator.standard_normal((len(modes), trials)))
        runs = [
            row for (name, mode), own in zip(modes, seconds, strict=True) for row in in_turns(own, range(5), name, mode)
        ]
        row = compared(runs, gate(modes))
        logs.append(math.log(row["ratio"]))
        covered.append(row["ratio_low"] <= 1 <= row["ratio_high"])
    assert abs(np.mean(logs)) < 2.5 * np.std(logs) / math.sqrt(len(logs))
    assert 0.93 <= np.mean(covered) <= 0.99


def test_the_fastest_mode_that_is_not_comparable_is_named_beside_the_next_best():
    wrong = gate((("torch", "compile"),), status="mismatch", error=0.5)
    row = compared(three_modes([2.0] * 5, [1.0] * 5, QUIET), gate() + wrong)
    assert (row["torch_mode"], row["verdict"]) == ("eager", "jax faster")
    assert row["message"] == (
        "torch compile is left out: parity gate: torch compile train loss differs by 0.5 from reference"
    )
    slower = compared(three_modes([1.0] * 5, [2.0] * 5, QUIET), gate() + wrong)
    assert slower["message"] == ""


# --- failures ---------------------------------------------------------------------------------------------------------


def failing(framework, mode, numbers, status="oom", message="out of memory"):
    return [run(framework, mode, number, status=status, message=message) for number in numbers]


def test_failed_runs_beside_successful_ones_are_told():
    runs = in_turns([2.0, 2.01, 1.99]) + failing("torch", "eager", (3, 4)) + in_turns(QUIET, range(5), "jax", "jit")
    row = compared(runs + twins_in_turns(), gate())
    assert (row["verdict"], row["failed"], row["trials"]) == ("jax faster", 2, 3)
    assert row["message"] == "2 of 5 runs of torch eager failed: out of memory"


def test_a_variant_that_mostly_failed_is_not_comparable():
    runs = in_turns([2.0, 2.01]) + failing("torch", "eager", (2, 3, 4)) + in_turns(QUIET, range(5), "jax", "jit")
    row = compared(runs, gate())
    assert (row["verdict"], row["rule"], row["failed"]) == ("not comparable", "failed", 3)
    assert "3 of 5 runs of torch eager failed" in row["message"]


def test_a_framework_without_any_success_leaves_a_row_and_not_a_gap():
    row = compared(failing("torch", "eager", range(3)) + in_turns(QUIET, range(5), "jax", "jit"), gate())
    assert (row["verdict"], row["rule"], row["failed"]) == ("not comparable", "failed", 3)
    assert "ratio" not in row


def test_what_a_framework_does_not_support_is_not_called_a_failure():
    failed = [row | {"status": "unsupported", "message": "no Taylor mode"} for row in failing("torch", "eager", [0])]
    row = compared(failed + in_turns(QUIET, range(5), "jax", "jit"), gate())
    assert (row["verdict"], row["message"]) == ("not comparable", "torch eager is not supported: no Taylor mode")


def test_a_mode_that_failed_wholly_is_named_beside_the_one_that_is_compared():
    runs = in_turns([2.0] * 5) + failing("torch", "compile", range(5)) + in_turns(QUIET, range(5), "jax", "jit")
    row = compared(runs + twins_in_turns(), gate(BOTH))
    assert (row["torch_mode"], row["verdict"]) == ("eager", "jax faster")
    assert row["message"] == "torch compile is left out: 5 of 5 runs of torch compile failed: out of memory"
    unsupported = [row | {"status": "unsupported"} if row["status"] == "oom" else row for row in runs]
    assert compared(unsupported, gate(BOTH))["message"] == ""


def test_the_ways_to_a_target_are_compared_seed_by_seed():
    torch, jax = [2.0, 8.0, 4.0], [1.01, 4.0, 1.99]
    runs = [
        run(framework, mode, number, task="target", step_seconds=seconds, values=[seconds], paired=False)
        for framework, mode, times in (("torch", "eager", torch), ("jax", "jit", jax))
        for number, seconds in enumerate(times)
    ]
    row = compared(runs + twins_in_turns(), gate())
    assert (row["method"], row["verdict"]) == ("paired", "jax faster")
    missed = [row for row in runs if (row["framework"], row["run"]) != ("jax", 1)]
    missed += failing("jax", "jit", [1], "failed", "the target was not reached")
    missed = [row | {"task": "target"} for row in missed]
    row = compared(missed + twins_in_turns(), gate())
    assert row["ratio"] == pytest.approx(math.exp(np.log([2.0 / 1.01, 4.0 / 1.99]).mean()))
    assert (row["trials"], row["failed"]) == (2, 1)
    assert row["message"] == "1 of 3 runs of jax jit failed: the target was not reached"


# --- what is not the same ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "the parity gate was not run for torch eager"),
        (gate()[:1], "the parity gate was not run for jax jit"),
        (gate(status="mismatch", error=0.5), "differs by 0.5 from reference"),
        (gate(status="failed", error=None, message="planted"), "planted"),
        (gate() + gate(task="gradient", status="mismatch", error=0.5), "gradient loss differs"),
        (gate(precision="float32"), "the parity gate was not run for torch eager"),
    ],
)
def test_what_the_gate_does_not_let_through_has_no_ratio(rows, message):
    row = compared(series(2.0), rows)
    assert row["verdict"] == "not comparable"
    assert message in row["message"]
    assert "ratio" not in row


def test_the_way_to_a_target_stands_and_falls_with_the_gate_of_its_steps():
    assert compared(series(2.0, task="target"), gate())["verdict"] == "jax faster"
    assert compared(series(2.0, task="target"), gate(status="mismatch", error=0.5))["verdict"] == "not comparable"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.001], "first values differ by 0.001, allowed is 0.0001"),
        ([float("nan")], "first values differ by nan"),
        (None, "no first values"),
        ([], "no first values"),
    ],
)
def test_first_values_that_do_not_agree_have_no_ratio(values, message):
    runs = [row | {"check_values": values} if row["framework"] == "torch" else row for row in series(2.0)]
    row = compared(runs, gate())
    assert (row["verdict"], message in row["message"]) == ("not comparable", True)


GMM = {"task": "gradient", "family": "autodiff", "workload": "gmm", "precision": "float64"}


CASE = {"task": "gradient", "family": "cases", "workload": "squared_differences", "precision": "float32"}


@pytest.mark.parametrize("problem", [GMM, CASE], ids=["gmm", "case"])
@pytest.mark.parametrize("summaries", [2, 3])
def test_first_values_of_a_derivative_are_compared_output_by_output(problem, summaries):
    ours, theirs = ([1000.0] * summaries + [0.0] * (summaries - 1) + [last] for last in (2e-3, 1e-3))
    error, _ = comparisons.value_error(
        problem,
        [{"check_values": ours, "check_summaries": summaries}],
        [{"check_values": theirs, "check_summaries": summaries}],
    )
    assert error == pytest.approx(1.0)


def test_runs_that_were_summarised_otherwise_cannot_be_compared():
    old, new = {"check_values": [1.0, 1.0], "check_summaries": 2}, {"check_values": [1.0] * 3, "check_summaries": 3}
    assert comparisons.value_error(GMM, [old], [new])[0] is None


def test_of_losses_those_are_compared_that_both_have():
    runs = [row | {"check_values": [1.0] * (5 if row["framework"] == "torch" else 50)} for row in series(2.0)]
    assert compared(runs, gate())["verdict"] == "jax faster"


@pytest.mark.parametrize("error", [1.1e-3, math.nan])
@pytest.mark.parametrize("guilty", ["torch eager", "jax jit"])
def test_the_side_that_misses_the_reference_at_the_timed_size_is_named(guilty, error):
    runs = [
        row | {"reference_error": error if f"{row['framework']} {row['mode']}" == guilty else 9e-4}
        for row in series(2.0)
    ]
    row = compared(runs, gate())
    assert (row["verdict"], row["rule"]) == ("not comparable", "values")
    assert row["message"] == f"{guilty} differs by {error:.2g} from the reference, allowed is 0.001"


def test_twins_that_took_turns_are_compared_trial_by_trial():
    first = in_turns([1.0, 2.0, 4.0])
    found = ratio_of(first, in_turns([1.01, 2.0, 3.99]))
    assert (found.method, found.trials) == ("paired", 3)


def test_many_steps_in_a_call_are_compared_with_many_alone_and_are_never_the_best():
    runs = in_turns([2.0] * 5) + in_turns(QUIET, range(5), "jax", "jit") + in_turns([0.1] * 5, range(5), "jax", "scan")
    runs += in_turns([0.3] * 5, range(5), "torch", "many")
    rows = comparisons.comparison_rows(runs + twins_in_turns(), gate())
    assert [(row["torch_mode"], row["jax_mode"], row["best"]) for row in rows] == [
        ("eager", "jit", True),
        ("many", "scan", False),
    ]


def test_first_values_of_a_task_that_draws_its_numbers_may_be_apart_as_moments_are():
    drawn = {"family": "autodiff", "workload": "option_greeks", "task": "gradient_drawn", "precision": "float64"}
    rows = [[{"check_values": [value] * 3, "check_summaries": 3}] for value in (1.0, 1.01)]
    for task, passes in (("gradient_drawn", True), ("gradient", False)):
        error, tolerance = comparisons.value_error(drawn | {"task": task}, *rows)
        assert (comparisons.value_failure(error, tolerance) is None) == passes
