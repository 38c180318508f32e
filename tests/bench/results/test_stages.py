"""The two-stage rule: who gets further trials, how many, and that the intervals that follow cover what they say."""

import pytest

from bench.planning.settings import PRESETS
from bench.results import stages
from tests.bench.results.planted import PERCEPTRON
from tests.proof import situations

ROW = PERCEPTRON | {
    "hardware": "test",
    "torch_mode": "compile",
    "jax_mode": "jit",
    "best": True,
    "rule": "width",
    "scatter": 0.04,
    "trials": 3,
    "equal_within": 0.05,
}


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({}, 3),
        ({"rule": "adjustment"}, 3),
        ({"scatter": 0.0105}, 1),  # (4.303 · 0.0105 / 0.0244)² = 3.4
        ({"rule": "difference"}, 0),
        ({"rule": "equivalence"}, 0),
        ({"rule": "gate", "scatter": None, "trials": None}, 0),
        ({"rule": "trials", "scatter": None, "trials": 1}, 0),
        ({"rule": "no floor"}, 0),
        ({"rule": "floor"}, 0),
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


CASE = ROW | {"family": "cases", "workload": "mish", "slow": "torch compile", "fast": "torch eager"}


def test_variants_of_all_open_complaints_of_a_problem_take_turns_together():
    rows = [
        CASE,
        CASE | {"fast": "jax jit-expert", "scatter": 0.0105},
        CASE | {"task": "forward", "rule": "difference"},
        CASE | {"size": "batch-8"},
    ]
    ((cells, count),) = stages.of_cases(rows, most=6)
    assert [cell.variant for cell in cells] == ["torch-compile", "torch-eager", "jax-jit-expert"]
    assert count == 3


@pytest.mark.parametrize("preset", [PRESETS["quick"], PRESETS["standard"]], ids=lambda preset: preset.name)
@pytest.mark.parametrize("situation", ["normal", "loud"])
@pytest.mark.parametrize("ratio", [1.0, 1.03, 1.1, 1.2])
def test_the_intervals_cover_what_they_say_after_both_stages(ratio, situation, preset):
    design = situations.Design(preset.trials, preset.most_trials)
    found = situations.simulated(situation, ratio, design, repetitions=20_000, seed=1)
    assert 0.945 <= found.coverage <= 0.97
    assert found.trials > preset.trials or situation == "normal"
