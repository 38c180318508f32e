"""The examples of derivatives: that a recursion would be seen."""

import math
import os
import subprocess
import sys

import pytest

from bench.workloads.examples.derivatives import problem
from tests.checkout import ROOT

RECURSION = """
import sys
from bench.workloads.examples.derivatives import problem
sys.setrecursionlimit(10**6)
nested = []
for _ in range({depth}):
    nested = [nested]
print(problem.on_small_stack(lambda: len(repr(nested))))
"""


def recursion_in_machine_code(depth: int) -> subprocess.CompletedProcess[str]:
    """The text of a nested list, which CPython writes by recursion in C, on the small stack."""
    return subprocess.run(
        [sys.executable, "-c", RECURSION.format(depth=depth)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
    )


def test_a_recursion_in_machine_code_does_not_fit_on_the_small_stack():
    assert recursion_in_machine_code(100).stdout.strip() == "202"
    deep = recursion_in_machine_code(problem.DEPTH["torch"])
    assert (deep.returncode, deep.stdout) != (0, "40002\n")


def test_the_stack_has_no_room_for_a_frame_per_operation():
    assert problem.STACK / problem.DEPTH["torch"] < 16
    assert problem.DEPTH["jax"] > sys.getrecursionlimit()


def test_what_is_raised_on_the_small_stack_is_raised_to_the_caller():
    with pytest.raises(ZeroDivisionError):
        problem.on_small_stack(lambda: 1 / 0)


def test_the_derivative_of_the_chain_is_the_product_of_cosines():
    product, point = 1.0, 1.0
    for _ in range(problem.DEPTH["jax"]):
        product, point = product * math.cos(point), math.sin(point)
    error, counts = problem.chain_error("jax", product)
    assert (error, counts["depth"]) == (0, problem.DEPTH["jax"])
    assert problem.chain_error("jax", product * 1.001)[0] == pytest.approx(1e-3)


@pytest.mark.parametrize(("order", "changes"), [("rrll", 1), ("rlrl", 3)])
def test_a_recursion_changes_once_between_two_branches(order, changes):
    assert problem.visits([], [{"l": "left 0", "r": "right 0"}[side] for side in order])[0] == changes
