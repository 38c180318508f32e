"""The two-stage rule: who gets further trials, how many, and that the intervals that follow cover what they say."""

import math

import numpy as np
import pytest
from scipy import special

from bench.results import stages, statistics

ROW = {
    "hardware": "test",
    "family": "training",
    "workload": "mlp",
    "task": "train",
    "size": "small",
    "precision": "float32",
    "device": "cpu",
    "torch_mode": "compile",
    "jax_mode": "jit",
    "best": True,
    "verdict": "undecided",
    "ratio": 1.05,
    "scatter": 0.04,
    "trials": 3,
    "noise_floor": 0.01,
    "equal_within": 0.05,
}


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({}, 3),
        ({"scatter": 0.0105}, 1),  # (4.303 · 0.0105 / 0.0244)² = 3.4
        ({"scatter": 0.0105, "ratio": 1.4}, 0),  # decided
        ({"scatter": 0.004, "ratio": 1.001}, 0),  # equal
        ({"ratio": 3.0, "verdict": "jax faster"}, 0),
        ({"ratio": 1.15, "verdict": "jax faster"}, 3),  # decided at 95 %, not at 99 %
        ({"verdict": "not comparable"}, 0),
        ({"scatter": None, "trials": 1}, 0),
        ({"noise_floor": None}, 0),
        ({"trials": 6}, 0),
    ],
)
def test_a_pair_gets_as_many_trials_as_its_scatter_asks_for_and_no_more_than_the_most(change, count):
    assert stages.granted_trials(ROW | change, most=6) == count


def test_the_pair_of_the_fastest_modes_gets_them_and_no_curve_and_no_target():
    rows = [ROW, ROW | {"best": False}, ROW | {"size": "batch-8"}, ROW | {"task": "target"}]
    ((pair, count),) = stages.second_stage(rows, most=6)
    assert [cell.variant for cell in pair] == ["torch-compile", "jax-jit"]
    assert count == 3


@pytest.mark.parametrize(("first", "most"), [(3, 6), (5, 10)])
@pytest.mark.parametrize("scatter", [0.01, 0.03, 0.1])
@pytest.mark.parametrize("ratio", [1.0, 1.03, 1.1, 1.2])
def test_the_intervals_cover_what_they_say(ratio, scatter, first, most):
    """Of 20,000 pairs, so that a coverage of 95 % comes out as 94.6 to 95.4 % in nineteen of twenty."""
    logs = math.log(ratio) + scatter * np.random.default_rng(1).standard_normal((20_000, most))
    begun = logs[:, :first]
    spread = begun.std(axis=1, ddof=1)
    clear = stages.is_clear(begun.mean(axis=1), spread, first, 0.005, 0.05)
    half = stages.SHARE_OF_EQUAL * math.log(1.05)
    wanted = np.array([statistics.stein_trials(one, first, half) for one in spread])
    trials = np.where(clear, first, np.minimum(wanted, most))
    centre = np.cumsum(logs, axis=1)[np.arange(len(logs)), trials - 1] / trials
    covered = np.abs(centre - math.log(ratio)) <= special.stdtrit(first - 1, 0.975) * spread / np.sqrt(trials)
    assert 0.938 <= covered.mean() <= 0.96
