"""The equation of state: the derivative in closed form against differences of the enthalpy it belongs to."""

import numpy as np

from bench.workloads.science.equation_of_state.problem import Problem, derivative


def closed(inputs):
    return derivative(inputs["sa"], inputs["ct"], inputs["p"], np)


def test_the_closed_form_agrees_with_the_quadrature_of_the_reference():
    problem = Problem("tiny")
    found = closed(problem.inputs())
    reference = problem.reference("forward")["dHdT"]
    np.testing.assert_allclose(found, reference, rtol=0, atol=1e-10 * np.abs(reference).max())


def test_at_the_surface_nothing_depends_on_temperature():
    inputs = Problem("tiny").inputs()
    inputs |= {"p": np.full_like(inputs["p"], 1e-6)}
    assert np.abs(closed(inputs)).max() < 1e-5


def test_warm_water_expands_so_that_enthalpy_grows_with_temperature():
    inputs = Problem("tiny").inputs()
    inputs |= {"ct": np.full_like(inputs["ct"], 20.0), "p": np.full_like(inputs["p"], 1000.0)}
    assert np.all(closed(inputs) > 0)
