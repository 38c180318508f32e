"""The Gaussian mixture: its value and its gradient by hand."""

import math

import numpy as np

from bench.workloads.autodiff.gmm.problem import Problem, constant, places, value_and_gradient


def test_one_component_is_a_multivariate_normal_distribution():
    x, mean = np.array([[0.3, -1.2], [2.0, 0.1]]), np.array([0.5, -0.5])
    factor = np.array([[math.exp(0.2), 0.0], [0.7, math.exp(-0.4)]])
    value, _ = value_and_gradient(np.array([1.7]), mean[None], np.array([[0.2, -0.4, 0.7]]), x, gamma=1.0, m=0)
    precision = factor.T @ factor
    squares = np.einsum("na,ab,nb->n", x - mean, precision, x - mean)
    density = -math.log(2 * math.pi) + 0.5 * math.log(np.linalg.det(precision)) - 0.5 * squares
    prior = constant(2, 1, 0, 1.0, 0) - 0.5 * np.sum(factor**2)
    assert math.isclose(value, density.sum() + prior, rel_tol=1e-12)


def test_the_gradient_by_hand_agrees_with_differences():
    data = Problem("tiny").inputs()
    _, gradient = value_and_gradient(**data, gamma=1.3, m=2)
    for name in ("alphas", "means", "icf"):
        slopes = np.empty(data[name].size)
        for index in range(slopes.size):
            step = np.zeros(slopes.size)
            step[index] = 1e-5
            ahead, behind = (
                value_and_gradient(**data | {name: data[name] + sign * step.reshape(data[name].shape)}, gamma=1.3, m=2)[
                    0
                ]
                for sign in (1, -1)
            )
            slopes[index] = (ahead - behind) / 2e-5
        np.testing.assert_allclose(gradient[f"gradient.{name}"].ravel(), slopes, rtol=1e-6, atol=1e-6)


def test_entries_of_a_factor_are_read_column_by_column():
    rows, columns = places(3)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == [(0, 0), (1, 1), (2, 2), (1, 0), (2, 0), (2, 1)]
