"""The derivatives by hand of the perceptron against the complex step, differences and each other."""

import numpy as np

from bench.workloads.autodiff.mlp_derivatives.problem import (
    TASKS,
    Problem,
    forward,
    gradient,
    hessian_vector,
    jacobian,
    pushforward,
)

NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")
STEP = 1e-30j
"""Of the complex step, which is exact to rounding: tanh and the products are analytic."""


def setting():
    problem = Problem("tiny")
    data = problem.inputs()
    return problem, data, {name: data[f"v.{name}"] for name in NAMES}


def moved(data, direction, step):
    return data | {name: data[name] + step * direction[name] for name in direction}


def loss_gradient(data):
    return gradient(data, (forward(data)[-1] - data["t"]) / len(data["x"]))


def dot(one, other, prefix):
    return sum(np.sum(one[name] * other[f"{prefix}.{name}"]) for name in NAMES)


def test_the_gradient_along_a_direction_is_the_slope_of_the_loss():
    problem, data, direction = setting()
    y = forward(moved(data, direction, STEP))[-1]
    slope = np.imag(0.5 * np.sum((y - data["t"]) ** 2)) / 1e-30 / problem.batch
    np.testing.assert_allclose(dot(direction, problem.reference("gradient"), "gradient"), slope, rtol=1e-12)


def test_the_tangent_is_the_slope_of_the_outputs():
    problem, data, direction = setting()
    slope = forward(moved(data, direction, STEP))[-1].imag / 1e-30
    np.testing.assert_allclose(problem.reference("jvp")["tangent"], slope, rtol=1e-12)


def test_pulling_back_is_the_transpose_of_pushing_forward():
    problem, data, direction = setting()
    pushed = np.sum(data["u"] * pushforward(data, direction)[-1])
    np.testing.assert_allclose(dot(direction, problem.reference("vjp"), "gradient"), pushed, rtol=1e-12)


def test_the_jacobian_is_the_slope_of_the_outputs_by_every_input():
    _, data, _ = setting()
    slopes = [forward(data | {"x": data["x"] + STEP * unit})[-1].imag / 1e-30 for unit in np.eye(data["x"].shape[1])]
    np.testing.assert_allclose(jacobian(data), np.stack(slopes, axis=-1), rtol=1e-12)


def test_the_hessian_times_a_vector_is_the_slope_of_the_gradient():
    _, data, direction = setting()
    slopes = loss_gradient(moved(data, direction, STEP))
    for name, value in hessian_vector(data, direction).items():
        np.testing.assert_allclose(value, slopes[name.replace("hvp", "gradient")].imag / 1e-30, rtol=1e-10, atol=1e-14)


def test_the_hessian_s_rows_are_the_products_with_unit_vectors():
    problem, data, direction = setting()
    still = {name: np.zeros_like(value) for name, value in direction.items()}
    rows = [hessian_vector(data, still | {"b1": unit})["hvp.b1"] for unit in np.eye(problem.width)]
    np.testing.assert_allclose(problem.reference("hessian")["hessian"], rows, rtol=1e-12, atol=1e-15)


def test_the_gradients_per_sample_average_to_the_gradient():
    problem, _, _ = setting()
    whole = problem.reference("gradient")
    for name, value in problem.reference("per_sample").items():
        np.testing.assert_allclose(value.mean(axis=0), whole[name], rtol=1e-12, atol=1e-15)


def test_a_result_of_more_than_two_gibibytes_is_refused_with_its_bytes():
    problem = Problem("large")
    assert "4,32" in problem.too_large("per_sample") and "2,147,483,648" in problem.too_large("per_sample_loop")
    assert not any(Problem(size).too_large(task) for size in ("medium", "width-1024") for task in TASKS)


def test_only_the_gradients_per_sample_are_ever_too_large():
    assert {task for task in TASKS if Problem("large").too_large(task)} == {"per_sample", "per_sample_loop"}
