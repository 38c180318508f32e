"""The Jacobian by hand and the fit, against the complex step and SciPy's own Levenberg-Marquardt."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import optimize

from bench.workloads.science.least_squares.problem import GUESS, NOISE, TRUTH, Problem, columns, gram, solve


def test_the_jacobian_is_the_slope_of_the_residuals():
    given = Problem("tiny").inputs()

    def residual(theta):
        t, y = given["t"], given["y"]
        b0, b1, a1, c1, w1, a2, c2, w2 = theta
        return (b0 + b1 * t + a1 * np.exp(-(((t - c1) / w1) ** 2) / 2) + a2 * np.exp(-(((t - c2) / w2) ** 2) / 2)) - y

    rows = columns(GUESS, given["t"], given["y"])
    for row, unit in zip(rows, np.eye(len(GUESS)), strict=False):
        np.testing.assert_allclose(row, residual(GUESS + 1e-30j * unit).imag / 1e-30, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(rows[-1], residual(GUESS), rtol=1e-12, atol=1e-15)


def test_the_fit_is_scipy_s():
    given = Problem("elements-4096").inputs()

    def residual(theta):
        return columns(theta, given["t"], given["y"])[-1].copy()

    theirs = optimize.least_squares(residual, GUESS, method="lm", xtol=1e-14, ftol=1e-14, gtol=1e-14)
    ours = Problem("elements-4096").reference("solve")
    np.testing.assert_allclose(ours["parameters"], theirs.x, rtol=1e-6)
    assert ours["cost"] == pytest.approx(theirs.cost, rel=1e-12)


@pytest.mark.parametrize("size", ["tiny", "small"])
def test_the_fit_finds_the_truth_within_the_noise(size):
    problem = Problem(size)
    found = problem.reference("solve")
    covariance = NOISE**2 * np.linalg.inv(gram(found["parameters"], *[problem.inputs()[k] for k in ("t", "y")])[:8, :8])
    assert np.all(np.abs(found["parameters"] - TRUTH) < 5 * np.sqrt(np.diag(covariance)))


def test_at_the_timed_sizes_the_iterations_have_converged():
    problem = Problem("small")
    given = problem.inputs()
    further = solve(given["guess"], given["t"], given["y"], problem.iterations + 5)
    np.testing.assert_allclose(problem.reference("solve")["parameters"], further["parameters"], rtol=1e-11)


def test_a_step_that_makes_the_fit_worse_is_refused():
    given = Problem("tiny").inputs()
    far = GUESS * [1, 1, 1, 0.2, 0.3, 1, 1.3, 0.3]
    costs = [solve(far, given["t"], given["y"], iterations)["cost"] for iterations in range(12)]
    assert all(later <= earlier * (1 + 1e-7) for earlier, later in pairwise(costs))
    assert len({float(cost) for cost in costs}) < len(costs)
