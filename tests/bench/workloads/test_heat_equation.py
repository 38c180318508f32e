"""The stencil and its adjoint by hand against closed forms and differences."""

import numpy as np
import pytest

from bench.workloads.science.heat_equation.problem import FOURIER, Problem, evolve


def test_a_mode_of_the_plate_decays_by_the_factor_of_the_scheme():
    n, steps, j, k = 15, 7, 2, 3
    across = np.arange(1, n + 1) * np.pi / (n + 1)  # zero in the cells around the plate
    mode = np.outer(np.sin(j * across), np.sin(k * across))
    angles = np.array([j, k]) * np.pi / (2 * (n + 1))
    factor = 1 - 4 * FOURIER * np.sum(np.sin(angles) ** 2)
    np.testing.assert_allclose(evolve(mode, steps), factor**steps * mode, rtol=0, atol=1e-14)


def test_heat_in_the_middle_spreads_to_the_four_neighbours_and_is_kept():
    state = np.zeros((7, 7))
    state[3, 3] = 1
    after = evolve(state, 1)
    assert after[3, 3] == pytest.approx(1 - 4 * FOURIER)
    for neighbour in ((2, 3), (4, 3), (3, 2), (3, 4)):
        assert after[neighbour] == pytest.approx(FOURIER)
    assert after.sum() == pytest.approx(1)
    assert np.count_nonzero(after) == 5


def test_heat_leaves_at_the_border():
    assert evolve(np.ones((5, 5)), 1).sum() == pytest.approx(25 - 20 * FOURIER)


def test_the_gradient_is_the_slope_of_the_misfit():
    problem = Problem("tiny")
    given, found = problem.inputs(), problem.reference("gradient")
    direction = np.random.default_rng(0).standard_normal(given["initial"].shape)

    def misfit(step):
        state = evolve(given["initial"] + step * direction, problem.steps)
        return 0.5 * np.sum((state - given["observed"]) ** 2)

    # J is quadratic, so that central differences are exact to rounding
    slope = (misfit(0.5) - misfit(-0.5)) / 1.0
    assert np.sum(found["gradient"] * direction) == pytest.approx(slope, rel=1e-12)
    assert found["misfit"] == pytest.approx(misfit(0))


def test_a_state_too_large_to_check_in_seconds_has_no_reference():
    assert not Problem("large").reference("forward")
    assert Problem("small").reference("forward")
