"""Softened gravitation against closed forms and conservation laws."""

import numpy as np
import pytest

from bench.workloads.science.nbody import numpy_impl
from bench.workloads.science.nbody.problem import SOFTENING, TIME_STEP, Problem, acceleration


def test_two_bodies_attract_each_other_along_their_line_by_the_softened_law():
    x, mass = np.array([[0.0, 0, 0], [3, 0, 0]]), np.array([2.0, 5])
    weight = 3 / (9 + SOFTENING**2) ** 1.5
    np.testing.assert_allclose(acceleration(x, mass), [[5 * weight, 0, 0], [-2 * weight, 0, 0]], rtol=1e-14)


def test_the_acceleration_is_the_slope_of_the_potential():
    problem = Problem("tiny")
    x, mass = problem.inputs()["position"], problem.inputs()["mass"]

    def potential(shift):
        others = np.delete(np.arange(len(x)), 0)
        squared = np.sum((x[others] - x[0] - shift) ** 2, axis=1) + SOFTENING**2
        return -np.sum(mass[others] / np.sqrt(squared))

    slopes = [(potential(1e-5 * unit) - potential(-1e-5 * unit)) / 2e-5 for unit in np.eye(3)]
    np.testing.assert_allclose(acceleration(x, mass)[0], -np.array(slopes), rtol=1e-7)


def test_momentum_is_kept():
    problem = Problem("small")
    given, found = problem.inputs(), problem.reference("forward")
    before, after = given["mass"] @ given["velocity"], given["mass"] @ found["velocity"]
    np.testing.assert_allclose(after, before, atol=1e-14)
    assert np.abs(found["velocity"] - given["velocity"]).max() > 1e-3


def test_a_step_back_returns_to_the_start():
    problem = Problem("tiny")
    given, there = problem.inputs(), problem.reference("forward")
    back = numpy_impl.forward(there["position"], -there["velocity"], given["mass"])
    np.testing.assert_allclose(back["position"], given["position"], atol=1e-15)
    np.testing.assert_allclose(back["velocity"], -given["velocity"], atol=1e-15)
    assert np.abs(there["position"] - given["position"]).max() > TIME_STEP / 10


@pytest.mark.parametrize("bodies", [1, 8, 181, 182, 300])
def test_blocks_of_rows_give_what_single_rows_give(bodies):
    random = np.random.default_rng(bodies)
    x, mass = random.standard_normal((bodies, 3)), random.random(bodies)
    np.testing.assert_allclose(numpy_impl.acceleration(x, mass), acceleration(x, mass), atol=1e-11 * bodies)
