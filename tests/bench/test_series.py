"""The series of one run: intervals of a median cover what they promise, and steady times are told from others."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from bench.series import median, median_interval, relative_half_width, steady
from tests.checkout import ROOT
from tests.proof.simulation import NOISES


@pytest.mark.parametrize("count", [6, 10, 25, 101])
@pytest.mark.parametrize("noise", NOISES)
def test_the_interval_of_a_median_covers_it_whatever_the_distribution(noise, count):
    values = 1 + 0.01 * NOISES[noise](np.random.default_rng(count), (2000, count))
    truth = (
        1 + 0.01 * {"normal": 0, "t3": 0, "lognormal": (1 - math.exp(0.5)) / math.sqrt((math.e - 1) * math.e)}[noise]
    )
    low, high = np.array([median_interval(row) for row in values], dtype=float).T
    assert np.mean((low <= truth) & (truth <= high)) >= 0.94


@pytest.mark.parametrize(("count", "rank"), [(5, 0), (6, 1), (8, 1), (9, 2), (10, 2), (20, 6), (50, 18), (100, 40)])
def test_the_ranks_around_the_median_are_those_of_the_binomial_tables(count, rank):
    values = np.arange(1.0, count + 1)
    expected = (rank, count + 1 - rank) if rank else (None, None)
    assert median_interval(np.random.default_rng(0).permutation(values)) == expected


def test_the_half_width_is_relative_and_infinite_where_unknown():
    assert relative_half_width([9, 10, 10, 10, 10, 13]) == pytest.approx(0.2)
    assert relative_half_width([1.0, 1.0, 1.0, 1.0, 1.0]) == math.inf
    assert relative_half_width([1.0] * 6) == 0


def test_a_thousand_questions_of_the_clock_cost_less_than_a_quarter_second():
    values = 1 + 0.03 * np.random.default_rng(0).random(1000)
    start = time.process_time()
    for _ in range(1000):
        relative_half_width(values)
    assert time.process_time() - start < 0.25


def test_the_clock_can_use_its_part_without_importing_scipy():
    code = (
        "import sys; from bench import series as s; v = [1.0, 1.1, 1.2, 1.1, 1.0, 1.1]; "
        "s.median(v), s.relative_half_width(v), s.steady(v, 5); "
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'scipy', 'pandas', 'pyarrow', 'torch', 'jax'}))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("window", [5, 8, 10, 20])
@pytest.mark.parametrize("noise", [0.001, 0.01, 0.03])
def test_equal_times_with_noise_are_steady(noise, window):
    values = 1 + noise * np.random.default_rng(window).standard_normal((500, window + 3))
    assert np.mean([steady(row, window) for row in values]) > 0.9


@pytest.mark.parametrize("window", [8, 10, 20])
def test_times_that_still_fall_are_not_steady(window):
    falling = np.linspace(1.06, 1, window)
    values = falling * (1 + 0.01 * np.random.default_rng(window).standard_normal((500, window)))
    assert np.mean([steady(row, window) for row in values]) < 0.1


def test_a_step_down_inside_the_window_is_not_steady_and_before_it_does_not_matter():
    values = [2.0, 2.01, 1.99, 2.0, 1.0, 1.01, 0.99, 1.0, 1.01, 1.0]
    assert not steady(values, window=10)
    assert steady(values, window=6)


def test_one_interruption_does_not_make_a_window_unsteady_but_scatter_does():
    assert steady([1.0, 1.01, 0.99, 1.0, 20.0, 1.01, 1.0, 0.99], window=8)
    assert not steady([1.0, 1.4, 0.8, 1.2, 0.9, 1.5, 0.7, 1.1], window=8)


def test_a_trend_too_small_to_matter_does_not_hold_up_the_clock():
    assert steady(np.linspace(1.004, 1, 10))
    assert not steady(np.linspace(1.02, 1, 10))


def test_too_few_values_are_not_steady():
    assert not steady([], window=5)
    assert not steady([1.0] * 4, window=5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: median([]), ["values", "(0,)", "1 or more"]),
        (lambda: median([1.0, math.nan]), ["values[1]", "nan", "1e-100"]),
        (lambda: median(["fast"]), ["values", "fast", "numbers"]),
        (lambda: median_interval([1, 2], confidence=95), ["confidence", "95", "between 0 and 1"]),
        (lambda: relative_half_width([[1.0]]), ["values", "(1, 1)", "one dimension"]),
        (lambda: steady([1.0], window=4), ["window", "4", "from 5"]),
        (lambda: steady([1.0], variation=0), ["variation", "0", "positive"]),
    ],
)
def test_a_bad_number_is_refused_with_its_name_its_value_and_what_is_allowed(call, words):
    with pytest.raises(ValueError, match="allowed") as caught:
        call()
    assert all(word in str(caught.value) for word in words), caught.value
