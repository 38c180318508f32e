"""The hand-written adjoint against complex steps, and the integrator against what physics and its order say."""

import numpy as np
import pytest

from bench.workloads.autodiff.ode_sensitivity.problem import (
    BLOCK,
    GRAVITY,
    SIZES,
    SWEEPS,
    Problem,
    acceleration,
    adjoint,
    advance,
    distance,
)


def integrate(data, steps):
    x, v = data["positions"], data["velocities"]
    for _ in range(steps):
        x, v = advance(x, v, data["step"], lambda place: acceleration(place, data["masses"]))
    return x, v


def energy(x, v, m):
    """Kinetic plus potential."""
    apart = np.linalg.norm(x[:, None] - x, axis=-1)[np.triu_indices(len(x), 1)]
    return m @ (v**2).sum(1) / 2 - (np.outer(m, m)[np.triu_indices(len(m), 1)] / apart).sum()


@pytest.mark.parametrize("name", ["positions", "velocities", "masses"])
def test_the_adjoint_agrees_with_complex_steps(name):
    data = Problem("small").inputs()
    directions = np.eye(data[name].size).reshape(-1, *data[name].shape)
    values = distance(data | {name: data[name] + 1e-30j * directions}, 20)
    found = adjoint(data, 20)[name].ravel()
    np.testing.assert_allclose(found, values.imag / 1e-30, rtol=1e-11, atol=1e-12 * abs(found).max())


def test_the_step_is_the_classical_method_of_order_four():
    data = Problem("small").inputs()

    def error(parts):
        shorter = data | {"step": data["step"] / parts}
        return abs(integrate(shorter, 10 * parts)[0] - integrate(data | {"step": data["step"] / 16}, 160)[0]).max()

    assert error(1) / error(2) == pytest.approx(16, rel=0.2)


def test_energy_and_momentum_are_kept_over_a_century():
    data = Problem("small").inputs()
    x, v, m = data["positions"], data["velocities"], data["masses"]
    end_x, end_v = integrate(data, 730)
    assert energy(end_x, end_v, m) == pytest.approx(energy(x, v, m), rel=1e-5)
    np.testing.assert_allclose(m @ end_v, m @ v, atol=1e-15)


def test_jupiter_is_back_after_its_year():
    data = Problem("small").inputs()
    x, _ = integrate(data | {"step": np.array(4332.59 / 87 * GRAVITY**0.5)}, 87)
    around = x[1] - x[0]
    assert np.linalg.norm(around - data["positions"][1]) < 0.05


def test_every_size_is_made_of_whole_segments_and_blocks():
    for size in {**SIZES, **SWEEPS}:
        problem = Problem(size)
        short, long = problem.block_of("gradient_checkpointed"), problem.block_of("gradient")
        assert problem.steps % problem.segment == 0 and problem.segment % short == 0 and problem.steps % long == 0
        assert long < problem.steps  # the gate too sees a state handed over
        assert short <= BLOCK and problem.segment <= 2 * problem.steps**0.5
