"""What the scheme promises: nothing from nothing, conservation, decay of variance, neutrality."""

import numpy as np
import pytest

from bench.workloads.science.isoneutral_mixing.problem import STEEP, Problem, diffuse
from bench.workloads.science.ocean_grid import grid


@pytest.fixture
def basin():
    """Inputs with land in the whole halo."""
    given = Problem("tiny").inputs()
    bottom = grid.topography(np.random.default_rng(0), given["temp"].shape)
    for side in (np.s_[:2], np.s_[-2:], np.s_[:, :2], np.s_[:, -2:]):
        bottom[side] = 0
    return given | grid.masks(bottom, len(given["temp"]))


def volumes(given):
    inner = slice(2, -2)
    return (
        given["dzt"][:, None, None]
        * (given["dyt"] * given["cost"])[inner, None]
        * given["dxt"][inner]
        * given["maskT"][:, inner, inner]
    )


def test_a_uniform_tracer_has_no_tendency(basin):
    assert np.abs(diffuse(**basin)["tendency"]).max() > 0
    basin["tracer"][:] = 3.0
    assert not diffuse(**basin)["tendency"].any()


def test_the_content_of_a_closed_basin_is_kept(basin):
    change = diffuse(**basin)["tendency"] * volumes(basin)
    assert abs(change.sum()) < 1e-12 * np.abs(change).sum()


def test_the_variance_of_a_tracer_decays_where_the_diffusivity_is_uniform(basin):
    basin["K_iso"][:] = 1000.0
    for seed in range(5):
        basin["tracer"] = np.random.default_rng(seed).standard_normal(basin["tracer"].shape)
        found = diffuse(**basin)["tendency"] * volumes(basin) * basin["tracer"][:, 2:-2, 2:-2]
        assert found.sum() < 0


def test_temperature_that_alone_makes_density_is_left_as_it_is():
    given = Problem("tiny").inputs()
    heights, rows, columns = np.meshgrid(given["zt"], *map(np.arange, given["temp"].shape[1:]), indexing="ij")
    for name in ("maskT", "maskU", "maskV", "maskW"):
        given[name][:] = 1.0
    given["salt"][:] = 35.0
    given["temp"] = 20.0 + 5e-3 * (heights + 2.0 * np.sin(rows) + 3.0 * np.cos(columns))  # slopes around 1e-4
    given["tracer"] = given["temp"]
    found = diffuse(**given)
    assert found["K_11"][1:-1].min() > STEEP
    assert found["K_33"][:-1].max() > 0
    # the bottom and the surface have triads without a slope, which leave the diffusivity of steep ones
    assert np.abs(found["tendency"][1:-1]).max() < 1e-11 * np.abs(found["tendency"]).max()
