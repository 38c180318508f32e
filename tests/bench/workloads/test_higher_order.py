"""The closed form of the higher derivatives against the function itself and against differences of each order."""

import numpy as np

from bench.workloads.autodiff.higher_order.problem import LAST, SIZES, SWEEPS, Problem, derivative


def test_the_closed_form_of_order_zero_is_the_function():
    x = np.linspace(0, LAST, 50)
    np.testing.assert_allclose(derivative(x, 0), np.exp(-x / 2) * np.sin(x) + 4 / (4 + x**2), atol=1e-15)


def test_every_order_is_the_slope_of_the_one_before():
    x, h = np.linspace(0, LAST, 50), 1e-3
    for n in range(1, 7):

        def difference(h, n=n):
            return (derivative(x + h, n - 1) - derivative(x - h, n - 1)) / (2 * h)

        slope = (4 * difference(h / 2) - difference(h)) / 3  # Richardson: an error of fourth order
        np.testing.assert_allclose(derivative(x, n), slope, atol=1e-9)


def test_all_derivatives_are_of_the_order_of_one():
    x = np.linspace(0, LAST, 1000)
    for n in range(7):
        assert 0.5 < np.abs(derivative(x, n)).max() < 15


def test_the_reference_has_every_order_up_to_that_of_the_size():
    for size in ("tiny", "small", "order-1", "order-6", "points-1"):
        order = {**SIZES, **SWEEPS}[size]["order"]
        assert list(Problem(size).reference("nth_reverse")) == [f"derivative.{n}" for n in range(order + 1)]


def test_the_primal_is_the_function_alone_whatever_the_order():
    for size in ("small", "order-6"):
        problem = Problem(size)
        assert list(problem.reference("primal")) == ["derivative.0"]
        assert problem.items("primal") == problem.points
        assert problem.flops("primal") < problem.flops("nth_reverse")
