r"""The log-posterior of a Gaussian mixture and its gradient (ADBench GMM).

With mixture weights φ = softmax(α), means μ_k and precision matrices Q_kᵀ Q_k, Q_k lower triangular with the diagonal
exp(q_k) and the entries l_k below it:

    F = −(n d / 2) log 2π + Σ_i log Σ_k exp(α_k + Σ_a q_ka − ½ |Q_k (x_i − μ_k)|²) − n log Σ_k exp(α_k) + P
    P = Σ_k (C + m Σ_a q_ka − ½ γ² (Σ_a exp(2 q_ka) + Σ l_k²))
    C = ν d (log γ − ½ log 2) − log Γ_d(ν/2),  ν = d + m + 1

P is the logarithm of a Wishart prior over the precision matrices. It is *added*: F is the logarithm of the posterior,
likelihood times prior. ADBench's code subtracts it, so that its objective grows where the prior says that parameters
are implausible; GradBench names that a sign error and corrects it too. The derivative costs the same either way, and
ADBench's value is F − 2 P.

Arguments in ADBench's layout: `alphas` (K,), `means` (K, d), `icf` (K, d (d + 1) / 2), the q first and then the l
column by column, `x` (n, d), and the prior's `gamma` and `m`, numbers. Everything is dimensionless.

Tasks: `primal` gives `value` (); `gradient` gives `value` and `gradient.alphas`, `gradient.means`, `gradient.icf`, the
derivatives by all parameters at once in reverse mode. Both frameworks compute all Q_k x_i by one matrix product,
(K d, d) by (d, n), from which Q_k μ_k is subtracted; the straightforward way multiplies the differences x_i − μ_k. The
observations are the last axis, along which both compilers work in vectors, and over which nothing is summed.

Sizes: ADBench's grid of dimensions, components and observations, of which the scaling curves are the rest. Inputs:
standard normal, q and l scaled, as in ADBench they are not, so that |Q_k (x_i − μ_k)| does not grow with d.
Reference: the gradient by hand in NumPy, one component after another; {} where that takes long.

Source: F. Šrajer, Z. Kukelova, A. Fitzgibbon, "A benchmark of selected algorithmic differentiation tools on some
problems in computer vision and machine learning", Optimization Methods and Software 33 (2018) 889-906, section 4.1.

"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

TITLE = {"en": "Gaussian mixture", "zh": "高斯混合模型"}
SECTION = 4
SCENARIO = "mathematical model"
ITEM = "observations"


def _size(d: int, components: int, observations: int) -> dict[str, int]:
    return {"d": d, "components": components, "observations": observations}


SIZES: dict[str, dict[str, Any]] = {
    "tiny": _size(2, 3, 20),
    "small": _size(10, 25, 1000),
    "medium": _size(32, 100, 10_000),
    "large": _size(64, 200, 10_000),
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"d{d}-{name}components-{components}": _size(d, components, observations)
    for d in (2, 10, 20, 32, 64)
    for name, observations in (("", 1000), ("n10000-", 10_000))
    for components in (5, 10, 25, 50, 100, 200)
}
TASKS = ("primal", "gradient")
QUICK_TASKS = ("gradient",)
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
SWEEP_TASKS = TASKS
CHECK_TASKS = TASKS
PRECISIONS = ("float64", "float32", "tf32")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-5, "tf32": 2e-2}

SEED = 20240110
GAMMA, M = 1.0, 0
"""ADBench's prior."""
LONGEST_REFERENCE = 2e10
"""Multiplications and additions above which `reference` returns nothing."""

Arrays = dict[str, np.ndarray]


class Problem:
    """Observations, parameters and the gradient by hand at one size."""

    gamma, m = GAMMA, M

    def __init__(self, size: str) -> None:
        self.size = size
        chosen = {**SIZES, **SWEEPS}[size]
        self.d: int = chosen["d"]
        self.components: int = chosen["components"]
        self.observations: int = chosen["observations"]

    def inputs(self) -> Arrays:
        """`alphas` (K,), `means` (K, d), `icf` (K, d (d + 1) / 2) and `x` (n, d)."""
        random = np.random.default_rng(SEED)
        lower = self.d * (self.d - 1) // 2
        shapes = {
            "alphas": (self.components,),
            "means": (self.components, self.d),
            "icf": (self.components, self.d + lower),
            "x": (self.observations, self.d),
        }
        drawn = {name: random.standard_normal(shape) for name, shape in shapes.items()}
        drawn["icf"] /= math.sqrt(self.d)
        return drawn

    def parameters(self) -> Arrays:
        """None: nothing is trained."""
        return {}

    def flops(self, task: str) -> float:
        """Multiplications and additions of the products with Q, and as many again back to Q: x has no derivative."""
        product = 2.0 * self.observations * self.components * self.d**2
        return product if task == "primal" else 2 * product

    def items(self, task: str) -> float:
        """Observations per step."""
        return float(self.observations)

    def reference(self, task: str) -> Arrays:
        """Value and gradient, component after component; {} where that would take long."""
        if self.flops("gradient") > LONGEST_REFERENCE:
            return {}
        data = self.inputs()
        value, gradient = value_and_gradient(**data, gamma=self.gamma, m=self.m)
        return {"value": np.array(value)} | ({} if task == "primal" else gradient)


def places(d: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns in Q of the entries of an `icf`: the diagonal, then column by column what is below it."""
    below = [(row, column) for column in range(d) for row in range(column + 1, d)]
    rows, columns = zip(*[(each, each) for each in range(d)], *below, strict=True)
    return np.array(rows), np.array(columns)


def constant(d: int, components: int, observations: int, gamma: float, m: int) -> float:
    """What of F depends on no parameter: the density's factor 2π, and C of every component."""
    degrees = d + m + 1
    multivariate = d * (d - 1) / 4 * math.log(math.pi) + sum(math.lgamma((degrees - each) / 2) for each in range(d))
    prior = degrees * d * (math.log(gamma) - math.log(2) / 2) - multivariate
    return components * prior - observations * d / 2 * math.log(2 * math.pi)


def value_and_gradient(
    alphas: np.ndarray, means: np.ndarray, icf: np.ndarray, x: np.ndarray, gamma: float, m: int
) -> tuple[float, Arrays]:
    """F and its derivatives under the names of the task's outputs; shapes as in `inputs`."""
    (components, d), n = means.shape, len(x)
    rows, columns = places(d)
    q, factors = icf[:, :d], np.zeros((components, d, d))
    factors[:, rows, columns] = np.concatenate([np.exp(q), icf[:, d:]], axis=1)
    exponents = np.empty((n, components))
    for k in range(components):
        exponents[:, k] = alphas[k] + q[k].sum() - 0.5 * np.sum(((x - means[k]) @ factors[k].T) ** 2, axis=1)
    top = exponents.max(axis=1, keepdims=True)
    likelihood = top[:, 0] + np.log(np.exp(exponents - top).sum(axis=1))
    shares = np.exp(exponents - likelihood[:, None])
    weights = np.exp(alphas - alphas.max())
    normaliser = alphas.max() + np.log(weights.sum())
    sizes = np.sum(np.exp(2 * q)) + np.sum(icf[:, d:] ** 2)
    value = (
        constant(d, components, n, gamma, m) + likelihood.sum() - n * normaliser + m * q.sum() - 0.5 * gamma**2 * sizes
    )
    by_means, by_icf = np.empty_like(means), np.empty_like(icf)
    for k in range(components):
        centred = x - means[k]
        weighted = shares[:, k, None] * (centred @ factors[k].T)
        by_factor = -weighted.T @ centred - gamma**2 * factors[k]
        by_means[k] = weighted.sum(axis=0) @ factors[k]
        by_icf[k] = by_factor[rows, columns]
        by_icf[k, :d] = by_icf[k, :d] * np.exp(q[k]) + shares[:, k].sum() + m
    return float(value), {
        "gradient.alphas": shares.sum(axis=0) - n * weights / weights.sum(),
        "gradient.means": by_means,
        "gradient.icf": by_icf,
    }
