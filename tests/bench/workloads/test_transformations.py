"""What a checkpoint is held to."""

import pytest

from bench.workloads.examples.transformations import problem


def test_a_checkpoint_that_evaluates_the_function_again_is_told():
    assert problem.recomputed(1e-16, 2) == (1e-16, "2 evaluations")


@pytest.mark.parametrize("evaluations", [1, 3])
def test_a_checkpoint_that_does_nothing_or_too_much_is_an_error(evaluations):
    with pytest.raises(ValueError, match=f"{evaluations} times, expected 2"):
        problem.recomputed(0.0, evaluations)
