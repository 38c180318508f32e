"""Turbulent kinetic energy: the tridiagonal solver, the limiter, and what a step conserves."""

import numpy as np

from bench.workloads.science.turbulent_kinetic_energy.problem import FIELDS, NUMPY, Problem, integrate, superbee, thomas


def test_the_tridiagonal_solver_solves_every_column():
    random = np.random.default_rng(0)
    a, b, c, d = random.uniform(-1, 1, (4, 7, 2, 3))
    a[0], c[-1], b = 0.0, 0.0, b + 4
    found = thomas(a, b.copy(), c, d.copy())
    for row in range(2):
        for column in range(3):
            own = a[1:, row, column], b[:, row, column], c[:-1, row, column]
            matrix = np.diag(own[1]) + np.diag(own[0], -1) + np.diag(own[2], 1)
            np.testing.assert_allclose(matrix @ found[:, row, column], d[:, row, column], atol=1e-12)


def flux(courant, *values):
    """Through the middle of four cells of width 1, where the flow of this Courant number is to the right or left."""
    behind, step, ahead = np.diff(values)[:, None]
    return superbee(np.array([courant]), (behind, step, ahead), np.array([values[1] + values[2]]), 1.0, np).item()


def test_a_smooth_slope_is_advected_to_second_order_in_both_directions():
    assert flux(0.25, 1.0, 2.0, 3.0, 4.0) == 0.25 * (2.5 - 0.5 * 0.25)
    assert flux(-0.25, 1.0, 2.0, 3.0, 4.0) == -0.25 * (2.5 + 0.5 * 0.25)


def test_a_jump_is_advected_from_upwind():
    assert flux(0.25, 1.0, 1.0, 9.0, 9.0) == 0.25 * 1.0
    assert flux(-0.25, 1.0, 1.0, 9.0, 9.0) == -0.25 * 9.0


def test_a_step_below_the_smallest_does_not_divide_by_zero():
    assert flux(0.25, 1.0, 2.0, 2.0, 3.0) == 0.25 * 2.0


def test_advection_between_closed_walls_keeps_the_sum():
    """With land as halo the tendency of advection has no net content; the top level is half as high."""
    data = Problem("tiny").inputs()
    data["maskW"][:] = 0.0
    data["maskW"][:, 2:-2, 2:-2] = 1.0
    for name, faces in (("u", np.s_[:, :, [1, -3]]), ("v", np.s_[:, [1, -3]]), ("w", np.s_[-1:])):
        data[name][faces] = 0.0
    found = integrate(*data.values(), operations=NUMPY)["dtke"]
    height = np.append(data["dzw"][:-1], 0.5 * data["dzw"][-1])
    inner = slice(2, -2)
    volume = height[:, None, None] * (data["cost"] * data["dyt"])[inner, None] * data["dxt"][inner]
    content = found * volume
    assert np.abs(content).sum() > 0
    assert abs(content.sum()) < 1e-12 * np.abs(content).sum()


def test_without_motion_mixing_and_forcing_the_energy_only_dissipates():
    data = Problem("tiny").inputs()
    still = {
        name: np.zeros_like(data[name])
        for name in ("u", "v", "w", "forcing", "surface_forcing", "dtke_before", "kappa", "maskU", "maskV")
    }
    found = integrate(*(data | still).values(), operations=NUMPY)
    before = data["tke"][:, 2:-2, 2:-2]
    decay = 1 + 0.7 * np.sqrt(before) / data["length"][:, 2:-2, 2:-2]
    np.testing.assert_allclose(found["tke"], before / decay, rtol=1e-12)
    assert np.all(found["correction"] == 0)


def test_energy_that_the_surface_takes_away_below_zero_is_told():
    data = Problem("tiny").inputs()
    taken = {"surface_forcing": np.full_like(data["surface_forcing"], -10.0)}
    found = integrate(*(data | taken).values(), operations=NUMPY)
    water = data["kbot"][2:-2, 2:-2] > 0
    assert np.all(found["correction"][water] > 0)
    assert np.all(found["correction"][~water] == 0)


def test_the_bytes_moved_are_those_of_the_fields_among_the_inputs_and_of_two_outputs():
    problem = Problem("tiny")
    fields = [array for array in problem.inputs().values() if array.ndim == 3]
    assert len(fields) == FIELDS
    assert problem.bytes_moved("forward") == (sum(array.size for array in fields) + 2 * problem.elements) * 8


def test_outputs_at_the_check_size_are_large_enough_to_be_compared():
    assert all(np.abs(value).max() > 1e-6 for value in Problem("tiny").reference("forward").values())
