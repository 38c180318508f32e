"""The closed form of the derivative of the dynamic enthalpy against independent values."""

from types import ModuleType

import numpy as np
import pytest

from bench.workloads.science.equation_of_state import problem
from bench.workloads.science.equation_of_state.problem import SLOPES, TERMS, Problem, derivative, evaluate, horner


def density(sa, ct, p):
    powers = {2: sa, 3: sa**1.5, 4: sa**2}
    a0, a1, a2, a3, b0, b1, b2 = (
        evaluate(TERMS[name], powers, ct, horner) for name in ("a0", "a1", "a2", "a3", "b0", "b1", "b2")
    )
    return (b0 + p * (2 * b1 + p * b2)) / (a0 + p * (a1 + p * (a2 + p * a3)))


@pytest.mark.parametrize(
    ("sa", "ct", "p", "value"),
    [
        # the standard ocean at the surface and at depth, from the density polynomial of TEOS-10 to its own accuracy
        (35.16504, 0.0, 0.0, 1028.106),
        (35.16504, 25.0, 0.0, 1023.343),
        (0.0, 4.0, 0.0, 999.975),
    ],
)
def test_the_density_of_the_48_terms_is_that_of_sea_water(sa, ct, p, value):
    assert density(sa, ct, p) == pytest.approx(value, abs=0.02)


def test_water_under_a_kilobar_is_about_four_per_cent_denser():
    assert density(35.0, 5.0, 10000.0) / density(35.0, 5.0, 0.0) == pytest.approx(1.0415, abs=0.002)


def test_the_closed_form_is_the_integral_of_the_expansion():
    inputs = Problem("tiny").inputs()
    exact = problem.quadrature(*inputs.values(), nodes=24)
    assert np.abs(derivative(**inputs, xp=np) - exact).max() <= 1e-10 * np.abs(exact).max()


def test_the_quadrature_has_converged_with_its_nodes():
    inputs = Problem("tiny").inputs()
    exact = problem.quadrature(*inputs.values(), nodes=30)
    assert np.abs(problem.quadrature(*inputs.values()) - exact).max() <= 1e-13 * np.abs(exact).max()


def test_the_integrand_is_the_difference_of_specific_volumes():
    sa, ct, p, step = 35.0, 10.0, 1000.0, 1e-3
    by_difference = 1e4 * (1 / density(sa, ct + step, p) - 1 / density(sa, ct - step, p)) / (2 * step)
    arguments = np.full((1, 1, 1), sa), np.full((1, 1, 1), ct)
    around = [derivative(*arguments, np.full((1, 1, 1), p + shift), np).item() for shift in (1.0, -1.0)]
    assert (around[0] - around[1]) / 2 == pytest.approx(by_difference, rel=1e-6)


def test_there_is_no_enthalpy_at_the_surface():
    inputs = Problem("tiny").inputs() | {"p": np.zeros((5, 1, 1))}
    assert np.abs(derivative(**inputs, xp=np)).max() <= 1e-8


def test_the_expression_has_as_many_terms_as_its_name_says():
    terms = sum(np.count_nonzero(part) for series in TERMS.values() for _, part in series)
    assert terms == 48
    assert sum(np.count_nonzero(part) for series in SLOPES.values() for _, part in series) < 48


def test_polynomials_in_place_are_those_of_the_plain_form():
    x = np.linspace(-2.0, 3.0, 7)
    for coefficients in ((1.5,), (1.0, -2.0), (0.5, 2.0, -1.0, 0.25)):
        np.testing.assert_array_equal(
            problem.horner_in_place(x, coefficients) + 0 * x, problem.horner(x, coefficients) + 0 * x
        )


class Counting:
    """A number that counts what is done to it."""

    def __init__(self, count):
        self.count = count

    def operate(self, *other):
        self.count[0] += 1
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = operate
    sqrt = log = operate

    def __neg__(self):
        return self


def test_the_count_of_operations_is_that_of_the_expression():
    count = [0]
    number = Counting(count)
    operations = ModuleType("operations")
    operations.__dict__.update(sqrt=Counting.sqrt, log=Counting.log)
    derivative(number, number, number, operations)
    assert Problem("tiny").flops("forward") == count[0] * Problem("tiny").elements
