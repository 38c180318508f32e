"""Writing token by token: what is written where no token is given."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from bench.workloads.training.gpt.problem import Problem
from bench.workloads.training.gpt.reference import Network
from tests.checkout import ROOT

WRITE = """
import json, sys
from importlib import import_module
from bench.workloads.training.gpt.problem import Problem

class Free(Problem):
    def inputs(self):
        given = super().inputs()
        given["tokens"] = given["tokens"].copy()
        given["tokens"][:, self.prompt:] = -1
        return given

framework, mode = sys.argv[1:]
import_module(f"bench.backends.{framework}_backend").configure("cpu", "float64", 1)
build = import_module(f"bench.workloads.training.gpt.{framework}_impl").build
step = build(Free("tiny"), "generate", mode, "cpu", "float64")
for _, stage in step.stages():
    stage()
for _ in range(2):  # what one call has kept is nothing to the next
    step.step()
    step.wait()
print(json.dumps(step.observe()["output"].tolist()))
"""


def written(problem):
    """−log p of every target, (batch, length/2), of the likeliest text, read anew for every token."""
    tokens, targets = (problem.inputs()[name].copy() for name in ("tokens", "targets"))
    tokens[:, problem.prompt :] = 0
    for place in range(problem.prompt, problem.length):
        losses = [
            problem.losses(Network(problem.parameters()), tokens, np.full_like(targets, token))[0][:, place - 1]
            for token in range(problem.vocabulary)
        ]
        tokens[:, place] = np.argmin(losses, axis=0)
    return problem.losses(Network(problem.parameters()), tokens, targets)[0][:, problem.prompt :]


@pytest.mark.parametrize(("framework", "mode"), [("torch", "eager"), ("jax", "jit")])
def test_without_given_tokens_the_likeliest_are_read(framework, mode):
    done = subprocess.run(
        [sys.executable, "-c", WRITE, framework, mode],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
    )
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(json.loads(done.stdout), written(Problem("tiny")), rtol=1e-10)


def test_work_of_writing_is_that_of_reading_with_fewer_scores():
    problem = Problem("small")
    spared = 2 * problem.width * problem.vocabulary * problem.batch * (problem.prompt - 1)
    assert problem.flops("forward") - problem.flops("generate") == spared
    assert problem.items("generate") == problem.batch * problem.length / 2
