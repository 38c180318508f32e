"""Ticks of ratios: by how many times either side is faster."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from article.figures.ticks import byte_ticks, factor_tick, factor_ticks, one_two_five, reach


@pytest.mark.parametrize(
    ("ratio", "said"), [(2, "2×"), (0.5, "2×"), (1, "1"), (1.25, "1.25×"), (0.8, "1.25×"), (1000, "1,000×")]
)
def test_a_tick_says_how_many_times_the_side_is_faster_on_which_it_lies(ratio, said):
    assert factor_tick(ratio) == said


@pytest.mark.parametrize("most", [7, 11])
@pytest.mark.parametrize("limits", [(0.7, 1.4), (0.4, 3.0), (0.9, 30.0), (0.05, 20.0), (0.01, 500.0), (1e-4, 1e5)])
def test_ticks_stand_on_both_sides_reach_far_and_do_not_touch(limits, most):
    ticks = factor_ticks(limits, most)
    assert 1.0 in ticks
    assert len(ticks) > 2
    far = max(limits[1], 1 / limits[0])
    assert max(*ticks, *(1 / tick for tick in ticks)) >= far**0.3
    gaps = np.diff(np.log(ticks)) / np.log(limits[1] / limits[0])
    assert gaps.min() > 1 / (1.3 * most)
    for tick in ticks:
        assert any(np.isclose(1 / tick, other) for other in ticks) or not limits[0] <= 1 / tick <= limits[1]


def test_what_lies_far_beyond_all_others_is_out_of_reach_and_nothing_else_is():
    assert 2 <= reach(pd.Series([0.9, 1.1, 1.2, 0.8, 1.3, 1.1, 1.2, 0.9, 1.0, 1.1, 207.0])) < 207
    assert reach(pd.Series([0.5, 1.0, 2.0, 3.0, 4.0, 5.0])) > 5
    assert reach(pd.Series([1.0, 1e6])) == np.inf


@pytest.mark.parametrize(
    ("limits", "ticks"),
    [
        ((0.7, 1.44), [0.8, 0.9, 1.0, 1.1, 1.25]),
        ((0.5, 3.0), [0.5, 1.0, 2.0]),
        ((0.01, 300.0), [0.01, 0.1, 1.0, 10.0, 100.0]),
        ((60.0, 90.0), []),
    ],
)
def test_an_axis_around_1_has_more_than_one_tick(limits, ticks):
    assert one_two_five(limits, 6) == pytest.approx(ticks)


@pytest.mark.parametrize("limits", [(205, 322), (250, 262), (130, 900), (2, 5000)])
def test_an_axis_of_memory_has_more_than_one_tick(limits):
    low, high = (2.0**20 * end for end in limits)
    axis = Figure().add_subplot()
    axis.set(yscale="log", ylim=(low, high))
    byte_ticks(axis.yaxis)
    assert 2 <= sum(low <= tick <= high for tick in axis.get_yticks()) <= 8
