"""The random numbers that each framework draws itself in DQN: what the parity gate sees, and that they are new."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from bench.results.parity import relative_error
from bench.workloads.training.cartpole.dynamics import SPREAD
from bench.workloads.training.dqn import problem
from tests.checkout import ROOT

TOLERANCE = problem.DRAWN_TASKS["train_drawn"]


def drawn(**changed):
    """As many numbers of each kind as the moments are made of, right but for what is changed."""
    random, rows = np.random.default_rng(5), problem.Problem("tiny").kept()
    return {
        "uniforms": random.uniform(size=problem.DRAWS),
        "actions": random.integers(0, 2, problem.DRAWS),
        "fresh": random.uniform(-SPREAD, SPREAD, (problem.DRAWS, 4)),
        "rows": random.integers(0, rows, problem.DRAWS),
    } | changed


def wrong(numbers):
    """The kinds whose moments the gate would not let through."""
    tiny = problem.Problem("tiny")
    found = tiny.moments(numbers) | problem.finite({"loss": np.array([0.5])})
    expected = tiny.reference("train_drawn")
    return {name for name in expected if relative_error(found[name], expected[name]) > TOLERANCE}


def test_the_gate_lets_through_what_is_drawn_from_the_right_distributions():
    assert wrong(drawn()) == set()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("uniforms", np.random.default_rng(1).uniform(0, 0.9, problem.DRAWS)),
        ("actions", np.ones(problem.DRAWS)),
        ("fresh", np.random.default_rng(1).uniform(0, SPREAD, (problem.DRAWS, 4))),
        ("fresh", np.random.default_rng(1).standard_normal((problem.DRAWS, 4)) * SPREAD),
        ("rows", np.random.default_rng(1).integers(0, 16, problem.DRAWS)),
    ],
    ids=["scale", "constant", "one sign", "normal", "newest alone"],
)
def test_the_gate_sees_numbers_of_another_distribution(name, values):
    assert wrong(drawn(**{name: values})) == {name}


def test_a_loss_that_is_no_number_is_seen():
    expected = problem.Problem("tiny").reference("train_drawn")["finite"]
    assert relative_error(problem.finite({"loss": np.array([np.nan])})["finite"], expected) > TOLERANCE


STEPS = """
import json, sys
from importlib import import_module
from bench.workloads.training.dqn.problem import Problem
framework, mode = sys.argv[1:]
import_module(f"bench.backends.{framework}_backend").configure("cpu", "float64", 1)
build = import_module(f"bench.workloads.training.dqn.{framework}_impl").build
step = build(Problem("tiny"), "train_drawn", mode, "cpu", "float64")
for _, stage in step.stages():
    stage()
runs = []
for seed in (1, 1, 2):
    step.begin(seed)
    runs.append([])
    for _ in range(2):
        step.step()
        step.wait()
        runs[-1] += [float(loss) for loss in step.losses]
print(json.dumps(runs))
"""


@pytest.mark.parametrize(
    ("framework", "mode"),
    [("torch", "eager"), pytest.param("torch", "compile", marks=pytest.mark.slow), ("jax", "jit")],
)
def test_a_training_that_draws_its_numbers_does_not_repeat_them(framework, mode):
    done = subprocess.run(
        [sys.executable, "-c", STEPS, framework, mode],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
    )
    assert done.returncode == 0, done.stderr
    first, again, other = json.loads(done.stdout)
    assert np.isfinite([first, again, other]).all()
    assert first != other
    assert (first == again) == (framework == "jax")  # a key is part of the state, a generator goes on
