"""The hand-written Greeks against the Black-Scholes formula and against differences of the price."""

import json
import os
import subprocess
import sys
from math import erf, exp, log, pi, sqrt

import numpy as np
import pytest

from bench.workloads.autodiff.option_greeks.problem import LEAST_DRAWN, Problem, greeks
from tests.checkout import ROOT

PATHS = 400_000
SPOT, STRIKE, RATE, MATURITY, SIGMA = 105.0, 100.0, 0.03, 1.0, 0.25
TERM = (log(SPOT / STRIKE) + (RATE + SIGMA**2 / 2) * MATURITY) / (SIGMA * sqrt(MATURITY))


def normal(x):
    return (1 + erf(x / sqrt(2))) / 2


def density(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def one_asset(width=0.05):
    """A market of one asset whose normal numbers come in pairs of opposite sign."""
    half = np.random.default_rng(7).standard_normal((1, PATHS // 2))
    return {
        "spots": np.array([SPOT]),
        "volatilities": np.array([SIGMA]),
        "weights": np.ones(1),
        "cholesky": np.ones((1, 1)),
        "normals": np.concatenate([half, -half], axis=1),
        "strike": np.array(STRIKE),
        "rate": np.array(RATE),
        "maturity": np.array(MATURITY),
        "width": np.array(width),
    }


def test_one_asset_has_the_price_delta_and_vega_of_black_and_scholes():
    """Standard errors over ten seeds are 0.015, 0.0005 and 0.07; four to six of them are allowed."""
    found = greeks(one_asset(), "gradient")
    price = SPOT * normal(TERM) - STRIKE * exp(-RATE * MATURITY) * normal(TERM - SIGMA * sqrt(MATURITY))
    assert found["price"] == pytest.approx(price, abs=0.06)
    assert found["delta"][0] == pytest.approx(normal(TERM), abs=0.002)
    assert found["vega"][0] == pytest.approx(SPOT * density(TERM) * sqrt(MATURITY), abs=0.45)


def test_one_asset_has_the_gamma_of_black_and_scholes():
    """Few paths end within a width of the strike: with width 1 the standard error over ten seeds is 0.3 % of gamma."""
    found = greeks(one_asset(width=1.0), "hessian")["gamma"][0, 0]
    assert found == pytest.approx(density(TERM) / (SPOT * SIGMA * sqrt(MATURITY)), rel=0.02)


def moved(market, name, index, step):
    changed = market[name].copy()
    changed[index] += step
    return market | {name: changed}


def slope(market, name, index, task, key, step):
    """Central difference with one Richardson step, error of fourth order."""

    def difference(h):
        return (
            greeks(moved(market, name, index, h), task)[key] - greeks(moved(market, name, index, -h), task)[key]
        ) / (2 * h)

    return (4 * difference(step / 2) - difference(step)) / 3


def test_delta_and_vega_are_slopes_of_the_price():
    market = Problem("tiny").inputs()
    found = greeks(market, "gradient")
    for name, key, step in (("spots", "delta", 1e-3), ("volatilities", "vega", 1e-5)):
        slopes = [slope(market, name, i, "primal", "price", step) for i in range(3)]
        np.testing.assert_allclose(found[key], slopes, rtol=1e-8)


def test_gamma_is_the_slope_of_delta():
    market = Problem("tiny").inputs()
    slopes = [slope(market, "spots", i, "gradient", "delta", 1e-3) for i in range(3)]
    np.testing.assert_allclose(greeks(market, "hessian")["gamma"], slopes, rtol=1e-7)


def test_a_hessian_over_too_many_paths_is_refused_on_the_curve_alone():
    assert "3,200,000,000 bytes" in Problem("paths-10000000").too_large("hessian")
    assert not Problem("paths-1000000").too_large("hessian")
    assert not Problem("paths-10000000").too_large("gradient")
    assert not Problem("large").too_large("hessian")


def test_smoothing_raises_the_price_by_no_more_than_the_documented_amount():
    sharp, smooth = (greeks(one_asset(width), "primal")["price"] for width in (1e-3, 1.0))
    bias = density(TERM - SIGMA * sqrt(MATURITY)) / (STRIKE * SIGMA * sqrt(MATURITY)) * exp(-RATE) * pi**2 / 6
    assert smooth - sharp == pytest.approx(bias, rel=0.05)


DRAWS = """
import json, sys
import numpy as np
from importlib import import_module
from bench.workloads.autodiff.option_greeks.problem import Problem
framework, mode = sys.argv[1:]
import_module(f"bench.backends.{framework}_backend").configure("cpu", "float64", 1)
implementation = import_module(f"bench.workloads.autodiff.option_greeks.{framework}_impl")

def whole(*arguments):
    market = arguments[-len(implementation.NAMES):]
    return {"normals": dict(zip(implementation.NAMES, market))["normals"]}

implementation.primal = whole  # the numbers themselves, in place of the price
step = implementation.build(Problem("tiny"), "primal_drawn", mode, "cpu", "float64")
for _, stage in step.stages():
    stage()
found = []
for _ in range(2):
    step.step()
    step.wait()
    found.append(step.observe()["normals"])
first, second = found
print(json.dumps({
    "shape": first.shape,
    "moments": [float((first**k).mean()) for k in (1, 2, 3, 4)],
    "between assets": float(abs(np.corrcoef(first) - np.eye(len(first))).max()),
    "between steps": float(abs((first * second).mean())),
}))
"""


@pytest.mark.parametrize(
    ("framework", "mode"),
    [("torch", "eager"), pytest.param("torch", "compile", marks=pytest.mark.slow), ("jax", "jit")],
)
def test_what_each_framework_draws_is_normal_and_new_in_every_step(framework, mode):
    done = subprocess.run(
        [sys.executable, "-c", DRAWS, framework, mode],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["shape"] == [3, LEAST_DRAWN]
    deviations = np.sqrt([1, 2, 15, 96]) / np.sqrt(3 * LEAST_DRAWN)  # standard errors of the moments
    assert (np.abs(np.subtract(found["moments"], [0, 1, 0, 3])) < 5 * deviations).all()
    assert found["between assets"] < 5 / np.sqrt(LEAST_DRAWN)
    assert found["between steps"] < 5 / np.sqrt(3 * LEAST_DRAWN)


def test_a_larger_sample_is_what_the_drawn_tasks_are_held_to_at_the_size_of_the_gate_alone():
    tiny, small = Problem("tiny"), Problem("small")
    exact = tiny.reference("gradient_drawn")
    assert exact.keys() == {"price", "delta", "vega"}
    assert (tiny.paths_of("gradient_drawn"), tiny.paths_of("gradient")) == (LEAST_DRAWN, 64)
    assert small.paths_of("gradient_drawn") == small.paths_of("gradient") == 100_000
    assert small.reference("primal_drawn") == {}
