"""The closed form of the chained Rosenbrock function against known values and differences."""

import numpy as np
import pytest

from bench.workloads.autodiff.rosenbrock.problem import MOST_BYTES, Problem, gradient, hessian_bands


def test_at_ones_the_gradient_is_zero_and_the_hessian_the_textbook_s():
    x = np.ones(2)
    diagonal, beside = hessian_bands(x)
    assert not gradient(x).any()
    np.testing.assert_array_equal(diagonal, [802, 200])
    np.testing.assert_array_equal(beside, [-400])


def test_the_gradient_is_the_slope_of_the_value():
    problem = Problem("tiny")
    x = problem.inputs()["x"]

    def value(x):
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    # complex step: exact to rounding for a polynomial
    slopes = [value(x + 1e-30j * unit).imag / 1e-30 for unit in np.eye(len(x))]
    found = problem.reference("gradient")
    np.testing.assert_allclose(found["gradient"], slopes, rtol=1e-12)
    assert found["value"] == pytest.approx(value(x))


def test_the_hessian_is_the_slope_of_the_gradient():
    problem = Problem("tiny")
    x = problem.inputs()["x"]
    found = problem.reference("hessian")["hessian"]
    # central differences of a cubic have an error of h² times its third derivative
    rows = [(gradient(x + 1e-4 * unit) - gradient(x - 1e-4 * unit)) / 2e-4 for unit in np.eye(len(x))]
    np.testing.assert_allclose(found, rows, atol=2e-4)
    np.testing.assert_array_equal(found, found.T)


def test_the_hessian_times_a_vector_is_the_product_of_both():
    problem = Problem("tiny")
    product = problem.reference("hessian")["hessian"] @ problem.inputs()["v"]
    np.testing.assert_allclose(problem.reference("hvp")["hvp"], product, rtol=1e-13)


def test_a_hessian_too_large_for_memory_is_refused_with_its_size():
    assert "80,000,000,000 bytes" in Problem("medium").too_large("hessian")
    assert not Problem("small").too_large("hessian")
    assert not Problem("large").too_large("hvp")
    assert "800,000,000 bytes" in Problem("variables-10000").too_large("hessian")
    assert 8 * Problem("variables-1000").variables ** 2 < MOST_BYTES
