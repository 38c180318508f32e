"""The slow proof that both algorithms learn in both frameworks: the mean return reaches 400 of 500 for every seed."""

import json
import os
import subprocess
import sys

import pytest

from tests.checkout import ROOT

SEEDS = range(3)
MODES = {"torch": "eager", "jax": "jit"}

pytestmark = pytest.mark.slow

SCRIPT = """
import json, sys
from importlib import import_module
name, framework, mode, seed = sys.argv[1:]
backend = import_module(f"bench.backends.{framework}_backend")
backend.configure("cpu", "float32", 1)
problem = import_module(f"bench.workloads.training.{name}.problem")
build = import_module(f"bench.workloads.training.{name}.{framework}_impl").build
target = problem.TARGET["small"]
course = build(problem.Problem("small"), "target", mode, "cpu", "float32")
for _, stage in course.stages():
    stage()
course.begin(int(seed))
scores = []
while len(scores) * target["every"] < target["most"] and (not scores or scores[-1] < target["value"]):
    course.step()
    course.wait()
    scores.append(course.score())
print(json.dumps({"target": target, "scores": scores}))
"""


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("framework", MODES)
@pytest.mark.parametrize("name", ["dqn", "ppo"])
def test_the_mean_return_reaches_400_of_500(name, framework, seed):
    pytest.importorskip(framework)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, name, framework, MODES[framework], str(seed)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow"), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["target"]["value"] == 400
    assert found["scores"][0] < 100, "it must be learnt"
    assert found["scores"][-1] >= 400, found["scores"]
