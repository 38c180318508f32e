"""Turbulent kinetic energy: the tridiagonal solver, the limiter, and what a step conserves."""

import numpy as np

from bench.workloads.science.turbulent_kinetic_energy.problem import Problem, integrate, superbee, thomas


def test_the_tridiagonal_solver_solves_every_column():
    random = np.random.default_rng(0)
    a, b, c, d = random.uniform(-1, 1, (4, 7, 2, 3))
    a[0], c[-1], b = 0.0, 0.0, b + 4
    found = thomas(a, b, c, d)
    for row in range(2):
        for column in range(3):
            own = a[1:, row, column], b[:, row, column], c[:-1, row, column]
            matrix = np.diag(own[1]) + np.diag(own[0], -1) + np.diag(own[2], 1)
            np.testing.assert_allclose(matrix @ found[:, row, column], d[:, row, column], atol=1e-12)


def test_a_smooth_slope_is_advected_to_second_order_and_a_step_upwind():
    water = [np.ones(1)] * 4
    slope = [np.array([value]) for value in (1.0, 2.0, 3.0, 4.0)]
    courant = 0.5 * 1.0 / 4.0
    assert superbee(np.array([0.5]), slope, water, width=4.0, xp=np) == 0.5 * (2.5 - 0.5 * courant)
    step = [np.array([value]) for value in (1.0, 1.0, 9.0, 9.0)]
    assert superbee(np.array([0.5]), step, water, width=4.0, xp=np) == 0.5 * 1.0


def test_without_motion_mixing_and_forcing_the_energy_only_dissipates():
    data = Problem("tiny").inputs()
    still = {name: np.zeros_like(data[name]) for name in ("u", "v", "w", "forcing", "surface_forcing", "dtke_before",
                                                          "kappa", "maskU", "maskV")}
    found = integrate(*(data | still).values(), xp=np, solve=thomas)
    before = data["tke"][:, 2:-2, 2:-2]
    decay = 1 + 0.7 * np.sqrt(before) / data["length"][:, 2:-2, 2:-2]
    np.testing.assert_allclose(found["tke"], before / decay, rtol=1e-12)
    assert np.all(found["correction"] == 0)


def test_energy_that_the_surface_takes_away_below_zero_is_told():
    data = Problem("tiny").inputs()
    taken = {"surface_forcing": np.full_like(data["surface_forcing"], -10.0)}
    found = integrate(*(data | taken).values(), xp=np, solve=thomas)
    water = data["kbot"][2:-2, 2:-2] > 0
    assert np.all(found["correction"][water] > 0)
    assert np.all(found["correction"][~water] == 0)
