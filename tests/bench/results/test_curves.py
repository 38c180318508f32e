"""What a scaling curve says."""

import numpy as np
import pytest

from bench.results.curves import factor, saturation, slope


def test_the_slope_is_fitted_to_the_upper_half_alone():
    points = np.array([8.0, 1.0, 2.0, 4.0])
    assert slope(points, np.array([4.0, 7.0, 7.0, 2.0])) == pytest.approx(1)
    assert slope(points[:1], points[:1]) is None


def test_full_speed_begins_where_the_rate_is_near_the_highest():
    points = np.array([1.0, 2.0, 4.0, 8.0])
    assert saturation(points, np.array([1.0, 1.9, 1.96, 2.0])) == 2
    assert saturation(points, np.array([1.0, 2.0, 4.0, 8.0])) is None


def test_an_exponential_curve_has_a_factor_in_place_of_a_slope():
    points = np.array([1.0, 2.0, 3.0, 4.0])
    assert factor(points, 2.0 * 1.9**points) == pytest.approx(1.9)
    assert factor(points[:1], points[:1]) is None
