"""Dropout in the perceptron: what the parity gate sees of it, and that masks are new in every step."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from bench.results.parity import relative_error
from bench.workloads.training.mlp import problem
from tests.checkout import ROOT

TOLERANCE = problem.DRAWN_TASKS["train_dropout"]

LOSSES = """
import json, sys
from importlib import import_module
from bench.workloads.training.mlp.problem import Problem
framework, mode = sys.argv[1:]
import_module(f"bench.backends.{framework}_backend").configure("cpu", "float64", 1)
implementation = import_module(f"bench.workloads.training.mlp.{framework}_impl")
implementation.LEARNING_RATE = 0.0  # the weights stay as they are: losses differ by the masks alone
step = implementation.build(Problem("small"), "train_dropout", mode, "cpu", "float64")
for _, stage in step.stages():
    stage()
losses = []
for _ in range(4):
    step.step()
    step.wait()
    losses.append(float(step.observe()["loss"][0]))
print(json.dumps(losses))
"""


@pytest.mark.parametrize(
    ("framework", "mode"),
    [("torch", "eager"), pytest.param("torch", "compile", marks=pytest.mark.slow), ("jax", "jit")],
)
def test_masks_are_new_in_every_step(framework, mode):
    done = subprocess.run(
        [sys.executable, "-c", LOSSES, framework, mode],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
    )
    assert done.returncode == 0, done.stderr
    losses = json.loads(done.stdout)
    assert len(set(losses)) == len(losses)
    assert max(losses) / min(losses) < 1 + TOLERANCE


@pytest.mark.parametrize(
    ("rate", "scale"), [(0.0, 1.0), (0.25, 1 / 0.75), (0.2, 1.0)], ids=["none", "another", "not scaled"]
)
def test_the_gate_sees_a_wrong_dropout(rate, scale):
    right = problem.Problem("tiny")
    expected = right.reference("train_dropout")
    random, images = np.random.default_rng(0), right.repeated()
    masks = [scale * (random.uniform(size=(len(images), right.width)) >= rate) for _ in range(2)]
    found = right.moments(problem.forward(right.parameters(), images, masks)[0])
    assert any(relative_error(found[name], expected[name]) > TOLERANCE for name in ("mean", "deviation"))


def test_the_gradient_with_masks_is_the_slope_of_the_loss_with_the_same_masks():
    tiny, step = problem.Problem("tiny"), 1e-6
    masks = tiny.masks(np.random.default_rng(1), tiny.batch)
    given = tiny.inputs()
    parameters = tiny.parameters()
    _, gradients = problem.loss_and_gradient(parameters, **given, masks=masks)
    for name, value in parameters.items():
        losses = []
        for sign in (1, -1):
            moved = value.copy()
            moved.flat[3] += sign * step
            losses.append(problem.loss_and_gradient(parameters | {name: moved}, **given, masks=masks)[0])
        assert gradients[name].flat[3] == pytest.approx((losses[0] - losses[1]) / (2 * step), abs=1e-8)
