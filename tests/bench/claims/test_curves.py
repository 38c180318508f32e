"""Scaling curves: throughput that grows with the size speaks for a claim, one that falls against it."""

import pandas as pd
import pytest

from bench.claims.curves import scaling_curves
from bench.claims.evidence import FORECAST, Results, Verdict
from bench.claims.judge import judge
from bench.results.curves import crossing
from tests.bench.claims.planted import CONSTANT, ENTRIES, LINEAR, curve

FALLING = [8.0, 8.0, 8.0, 40.0, 100.0]
"""Seconds at the points of a curve whose throughput falls in the end."""


def judged_curves(*parts: pd.DataFrame) -> Verdict:
    return judge(ENTRIES["trend-scale"], Results("here", {"cells": pd.concat(parts, ignore_index=True)}))


@pytest.mark.parametrize(("times", "speaks"), [(CONSTANT, "for"), (LINEAR, "against"), (FALLING, "against")])
def test_throughput_that_grows_with_the_size_is_told_beside_the_forecast(times, speaks):
    found = judged_curves(curve(times), curve(CONSTANT, framework="jax", mode="jit"))
    assert found.verdict == FORECAST
    torch, jax = (found.evidence["devices"]["cpu"][name] for name in ("torch", "jax"))
    assert (torch["curves"], torch[speaks], jax["for"]) == (1, 1, 1)
    assert len(found.evidence["curves"]) == 2


def test_a_curve_is_that_of_the_fastest_mode_at_every_size():
    modes = curve([1.0, 9.0, 1.0, 9.0, 1.0]), curve([9.0, 1.0, 9.0, 1.0, 9.0], mode="eager")
    (found,) = scaling_curves(Results("here", {"cells": pd.concat(modes)}).curve_cells())
    assert (found["points"], found["gain"], found["slope"]) == (5, pytest.approx(16.0), pytest.approx(0.0))


def test_the_slope_is_that_of_the_upper_half_and_a_device_is_filled_where_throughput_stops():
    cells = Results("here", {"cells": curve([1.0, 1.0, 1.0, 2.0, 4.0])}).curve_cells()
    (found,) = scaling_curves(cells)
    assert (found["slope"], found["filled_at"], found["speaks"]) == (pytest.approx(1.0), 32, "for")
    (found,) = scaling_curves(Results("here", {"cells": curve(CONSTANT)}).curve_cells())
    assert found["filled_at"] is None


def test_a_curve_within_its_intervals_says_nothing():
    assert scaling_curves(Results("here", {"cells": curve(CONSTANT[:3])}).curve_cells()) == []
    for doubtful in (curve([1.0, 2.0, 4.0, 8.0, 14.0], half_width=0.2), curve(CONSTANT, half_width=None)):
        assert judged_curves(doubtful).evidence["devices"]["cpu"]["torch"]["undecided"] == 1


def test_a_point_without_an_interval_hides_no_fall():
    falling = curve(FALLING)
    middle = falling["size"] == falling["size"].iloc[2]
    falling.loc[middle, ["step_seconds_low", "step_seconds_high"]] = float("nan")
    assert judged_curves(falling).evidence["devices"]["cpu"]["torch"]["against"] == 1


@pytest.mark.parametrize(("half_width", "single"), [(0.2, 0), (None, 1)])
def test_of_what_cannot_be_told_it_is_counted_what_has_no_interval(half_width, single):
    found = judged_curves(curve([1.0, 2.0, 4.0, 8.0, 14.0], half_width=half_width))
    torch = found.evidence["devices"]["cpu"]["torch"]
    assert (torch["undecided"], torch["single"]) == (1, single)


def test_usual_sizes_targets_and_uncounted_work_make_no_curve():
    for columns in (
        {"size": "small"},
        {"task": "target"},
        {"status": "oom"},
        {"family": "machine"},
        {"flops": 0.0},
        {"flops": None},
    ):
        assert judged_curves(curve(CONSTANT).assign(**columns)).evidence == {}


def test_a_ratio_passes_one_between_two_points():
    assert crossing((10, 2.0), (1000, 0.5)) == pytest.approx(100)
    assert crossing((10, 2.0), (14, 0.5), linear=True) == pytest.approx(12)
    assert crossing((10, 2.0), (14, 1.1)) is None
    assert crossing((10, 2.0), (14, 1.0)) is None
