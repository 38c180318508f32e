r"""Price and sensitivities ("Greeks") of a basket option by Monte Carlo with pathwise derivatives.

Under the risk-neutral measure d assets follow correlated geometric Brownian motions, so that with spots S (d,),
volatilities σ (d,) per square root of a year, interest rate r per year, maturity T in years, the Cholesky factor L
(d, d) of the correlation matrix and independent standard normal numbers Z (d, n) of n paths

    S_T[i,p] = S[i] G[i,p],    G[i,p] = exp((r - σ[i]²/2) T + σ[i] √T (L Z)[i,p])

The option pays the arithmetic basket Σ_i w[i] S_T[i] less the strike K if that is positive (Glasserman 2003, Monte
Carlo Methods in Financial Engineering, sections 3.2 and 7.2). No path sees the second derivative of max(x, 0), so
every task prices one payoff that is smoothed over the width ε:

    price = e^{-rT} 1/n Σ_p ε log(1 + exp(x[p] / ε)),    x[p] = Σ_i w[i] S_T[i,p] - K

∫ (ε softplus(x/ε) - max(x, 0)) dx = ε² π²/6, hence the price is too high by about e^{-rT} f(K) ε² π²/6 with the density
f of the basket at the strike. For the five assets of this workload, ε = 1 and K = 100, it is 0.04 on a price of 5.9.

Tasks: `primal` is the price; `gradient` the price with its derivatives by the spots (delta) and by the volatilities
(vega); `hessian` the second derivatives by the spots (gamma and cross gamma), reverse over reverse, vectorised over the
d rows: forward over reverse took three times as long in PyTorch's eager mode and 10 % longer in JAX.
The normal numbers are an argument, drawn once by NumPy, the same in both frameworks: random numbers are not timed.
In `primal_drawn` and `gradient_drawn` they are: each framework draws its own, anew in every step, inside of what it
compiles, by the generator that it takes by default: PyTorch's Mersenne Twister on a CPU, the compiler's Philox,
JAX's threefry. Values then agree as moments do: the parity gate holds price, delta and vega over `LEAST_DRAWN` paths
to those of a larger sample of NumPy's, within some standard errors. `flops` counts no drawing.
Paths are the last axis, so that every operation runs over contiguous memory.

Prices in currency units, delta dimensionless, vega in currency per unit of volatility, gamma per currency unit.
Reference: the derivatives of the discrete sum, written by hand in NumPy. `flops` counts additions, multiplications and
one for each exponential or logarithm of the hand-written derivatives.

Asymmetries: PyTorch has one operator for the softplus; JAX's own tests for infinities, which cost a third of the price,
so that it is composed there of maximum, exp and log1p. PyTorch's eager gradient uses the tape, its compiled gradient
torch.func.
"""

from __future__ import annotations

from typing import Any

import numpy as np

TITLE = {"en": "Greeks of a basket option", "zh": "篮子期权的希腊值"}
SECTION = 6
SCENARIO = "finance"
ITEM = "paths"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"paths": 64, "assets": 3},
    "small": {"paths": 100_000, "assets": 5},
    "medium": {"paths": 1_000_000, "assets": 5},
    "large": {"paths": 10_000_000, "assets": 5},
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"paths-{paths}": {"paths": paths, "assets": 5} for paths in (10_000, 100_000, 1_000_000, 10_000_000)
}
TASKS = ("primal", "gradient", "hessian", "primal_drawn", "gradient_drawn")
QUICK_TASKS = ("gradient",)
SWEEP_TASKS = ("primal", "gradient", "hessian")
CHECK_TASKS = TASKS
DRAWN_TASKS = {"primal_drawn": 0.05, "gradient_drawn": 0.05}
"""The standard error of price and vega over `LEAST_DRAWN` paths is 1 %."""
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-5}
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}

SEED = 20240118
STRIKE, RATE, MATURITY, WIDTH = 100.0, 0.03, 1.0, 1.0
HESSIAN_BYTES = 320
"""Working memory of `hessian` per path in float64, in PyTorch's eager mode; JAX took 220 (measured at 1e6 paths)."""
MOST_BYTES = 2**31
"""Working memory of the largest `hessian` on the scaling curve; `large`, which a CPU is spared, takes more."""
LEAST_DRAWN = 2**16
"""Paths of a task that draws its normal numbers, at the least: fewer would have no moments."""
EXPECTED = 2**20
"""Paths of the sample that these are held to."""
MOST_PATHS = 2_000_000
"""With more paths the reference would take seconds and gigabytes."""

Arrays = dict[str, np.ndarray]


class Problem:
    """The market, the normal numbers and the hand-written derivatives at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        found = {**SIZES, **SWEEPS}[size]
        self.paths: int = found["paths"]
        self.assets: int = found["assets"]

    def inputs(self) -> Arrays:
        """`spots`, `volatilities`, `weights` (d,), `cholesky` (d, d), `normals` (d, n); scalars `strike`, `rate`,
        `maturity`, `width`.
        """
        random = np.random.default_rng(SEED)
        loadings = random.uniform(0.3, 0.8, self.assets)  # one common factor makes a correlation matrix
        correlation = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
        return {
            "spots": random.uniform(80.0, 120.0, self.assets),
            "volatilities": random.uniform(0.15, 0.35, self.assets),
            "weights": np.full(self.assets, 1 / self.assets),
            "cholesky": np.linalg.cholesky(correlation),
            "normals": random.standard_normal((self.assets, self.paths)),
            "strike": np.array(STRIKE),
            "rate": np.array(RATE),
            "maturity": np.array(MATURITY),
            "width": np.array(WIDTH),
        }

    def parameters(self) -> Arrays:
        """None: nothing is trained."""
        return {}

    def paths_of(self, task: str) -> int:
        """Paths of a step."""
        return max(self.paths, LEAST_DRAWN) if task in DRAWN_TASKS else self.paths

    def too_large(self, task: str) -> str:
        """Why the task is not computed at this point of the scaling curve, or nothing."""
        needed = HESSIAN_BYTES * self.paths
        if task != "hessian" or self.size in SIZES or needed <= MOST_BYTES:
            return ""
        return (
            f"the Hessian over {self.paths:,} paths takes some {needed:,} bytes of working memory; at most "
            f"{MOST_BYTES:,} are used on the scaling curve"
        )

    def flops(self, task: str) -> float:
        """Correlating, growth, basket and payoff; the sums over paths of deltas and vegas, or of second derivatives."""
        d = self.assets
        primal = 2 * d * d + 3 * d + 2 * d + 5
        more = {"primal": 0, "gradient": 3 + 7 * d, "hessian": 6 + d + d * (d + 1)}[task.removesuffix("_drawn")]
        return float(self.paths_of(task) * (primal + more))

    def items(self, task: str) -> float:
        """Paths per step."""
        return float(self.paths_of(task))

    def reference(self, task: str) -> Arrays:
        """`price`; `delta`, `vega` (d,); `gamma` (d, d), by hand; {} with too many paths.

        Of the tasks that draw, what a larger sample gives, at the size of the gate alone.
        """
        if task in DRAWN_TASKS:
            return self._expected(task.removesuffix("_drawn")) if self.paths < LEAST_DRAWN else {}
        return greeks(self.inputs(), task) if self.paths <= MOST_PATHS else {}

    def _expected(self, task: str) -> Arrays:
        normals = np.random.default_rng(SEED + 1).standard_normal((self.assets, EXPECTED))
        return greeks(self.inputs() | {"normals": normals}, task)


def greeks(market: Arrays, task: str) -> Arrays:
    """What the task computes for any `market` in the layout of `inputs`, differentiated by hand."""
    spots, sigma, time, width = (market[name] for name in ("spots", "volatilities", "maturity", "width"))
    shocks = np.sqrt(time) * (market["cholesky"] @ market["normals"])
    growth = np.exp(((market["rate"] - sigma**2 / 2) * time)[:, None] + sigma[:, None] * shocks)
    u = ((market["weights"] * spots) @ growth - market["strike"]) / width
    discount = np.exp(-market["rate"] * time) / u.size
    price = discount * width * np.logaddexp(0.0, u).sum()
    exercise = np.exp(-np.logaddexp(0.0, -u))
    if task == "hessian":
        weighted = market["weights"][:, None] * growth
        return {"gamma": discount / width * (weighted * (exercise * (1 - exercise))) @ weighted.T}
    if task == "primal":
        return {"price": np.asarray(price)}
    delta = discount * market["weights"] * (growth @ exercise)
    vega = discount * market["weights"] * spots * ((growth * (shocks - sigma[:, None] * time)) @ exercise)
    return {"price": np.asarray(price), "delta": delta, "vega": vega}
