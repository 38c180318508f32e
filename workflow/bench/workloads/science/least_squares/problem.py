r"""Nonlinear least squares of a small problem: a spectrum of two lines, by Levenberg-Marquardt.

m observations y at points t in [0, 1) are fitted by two Gaussian lines on a straight background, with p = 8 parameters
θ = (b₀, b₁, a₁, c₁, w₁, a₂, c₂, w₂), all dimensionless:

    f(t; θ) = b₀ + b₁ t + a₁ exp(−((t − c₁)/w₁)²/2) + a₂ exp(−((t − c₂)/w₂)²/2)

Task `solve`: a fixed number of iterations from θ₀ (input `guess`) and λ₀ = 1e-3. With residuals r = f(t; θ) − y, their
Jacobian J (m, p), H = JᵀJ and the cost C = ½ rᵀr, one iteration is

    δ = −(H + λ diag H)⁻¹ Jᵀr
    if C(θ + δ) < (1 + √u) C(θ):  θ ← θ + δ, λ ← λ/10,  else  λ ← 10 λ

with u the machine epsilon of the precision: near the minimum a step changes C by less than its rounding error, which
must not decide. It returns `parameters` (p,) and `cost`. The model and its Jacobian are evaluated once per iteration,
at θ + δ, and H, Jᵀr and C are kept together as the Gram matrix (p + 1, p + 1) of the columns of (J, r), one product.

Jacobian: each residual depends on its own copy of the parameters if these are first repeated m times, so that one
pullback of ones gives all of J by automatic differentiation in reverse mode; so in both frameworks. The 8 × 8 system is
solved by Cholesky factorisation; acceptance is a selection, without a transfer to the host.

Asymmetry: JAX repeats the iteration by `lax.fori_loop` in one compiled call; PyTorch repeats it in Python, with one
compiled iteration in the compiled modes.

Reference and NumPy's base line: the same iterations with the Jacobian written by hand. The problem is well conditioned
and the iterations converge, so that all agree to 1e-10. Observations: the model at `TRUTH` plus normal noise of 0.05.

Source: Marquardt, An algorithm for least-squares estimation of nonlinear parameters, SIAM J. 11 (1963) 431-441.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

TITLE = {"en": "Nonlinear least squares", "zh": "非线性最小二乘"}
SECTION = 6
SCENARIO = "numerics"
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"observations": 64, "iterations": 5},
    "small": {"observations": 65536, "iterations": 10},
    "medium": {"observations": 2**20, "iterations": 10},
    "large": {"observations": 2**24, "iterations": 10},
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"elements-{4**power}": {"observations": 4**power, "iterations": 10} for power in range(6, 13)
}
TASKS = ("solve",)
QUICK_TASKS = ("solve",)
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
SWEEP_TASKS = ("solve",)
CHECK_TASKS = TASKS
BASELINE_TASKS = ("solve",)
NUMBA_TASKS = ("solve",)
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-10
PRECISION_TOLERANCE = {"float64": 1e-10, "float32": 1e-5}

SEED = 20240613
TRUTH = np.array([0.5, 0.3, 1.0, 0.35, 0.08, 0.7, 0.7, 0.12])
GUESS = np.array([0.4, 0.0, 0.8, 0.30, 0.10, 0.9, 0.75, 0.10])
NOISE = 0.05
DAMPING = 1e-3
"""λ₀."""
FACTOR = 10.0
"""By which λ shrinks and grows."""
PARAMETERS = len(TRUTH)
FLOPS_OF_MODEL = 18
"""Operations of f per observation, an exponential counted as one."""
FLOPS_OF_JACOBIAN = 14
"""Operations of the eight derivatives by hand, given the terms of f."""
LARGEST_REFERENCE = 2**20
"""Observations up to which the reference takes seconds at most."""


Products = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def columns(theta: np.ndarray, t: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The columns of (J, r) as the rows of an array (p + 1, m), J by hand."""
    b0, b1, *lines = theta
    rows = np.empty((PARAMETERS + 1, len(t)), t.dtype)
    rows[0] = 1
    rows[1] = t
    residual = rows[-1]
    np.multiply(t, b1, out=residual)
    residual += b0
    residual -= y
    for k in (0, 1):
        a, c, w = lines[3 * k : 3 * k + 3]
        by_a, by_c, by_w = rows[2 + 3 * k : 5 + 3 * k]
        z = (t - c) / w
        np.multiply(z, z, out=by_a)
        by_a *= -0.5
        np.exp(by_a, out=by_a)
        np.multiply(by_a, z, out=by_c)
        by_c *= a / w
        np.multiply(by_c, z, out=by_w)
        residual += a * by_a
    return rows


def gram(theta: np.ndarray, t: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The Gram matrix (p + 1, p + 1) of the columns of (J, r)."""
    rows = columns(theta, t, y)
    return rows @ rows.T


def solve(
    guess: np.ndarray, t: np.ndarray, y: np.ndarray, iterations: int, products: Products = gram
) -> dict[str, np.ndarray]:
    """`parameters` (p,) and `cost` after so many iterations of Levenberg-Marquardt; `products`: what makes the Gram
    matrix of the columns.
    """
    theta, damping, now = guess, DAMPING, products(guess, t, y)
    slack = 1 + np.sqrt(np.finfo(t.dtype).eps)
    for _ in range(iterations):
        hessian = now[:-1, :-1]
        step = np.linalg.solve(hessian + damping * np.diag(np.diag(hessian)), -now[:-1, -1])
        trial = products(theta + step, t, y)
        if trial[-1, -1] < slack * now[-1, -1]:
            theta, damping, now = theta + step, damping / FACTOR, trial
        else:
            damping *= FACTOR
    return {"parameters": theta, "cost": np.asarray(0.5 * now[-1, -1])}


class Problem:
    """The observations and the reference at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        dimensions = {**SIZES, **SWEEPS}[size]
        self.observations: int = dimensions["observations"]
        self.iterations: int = dimensions["iterations"]

    def inputs(self) -> dict[str, np.ndarray]:
        """`guess` (p,), the points `t` (m,) and the observations `y` (m,)."""
        random = np.random.default_rng(SEED)
        t = np.arange(self.observations) / self.observations
        b0, b1, a1, c1, w1, a2, c2, w2 = TRUTH
        y = b0 + b1 * t + a1 * np.exp(-(((t - c1) / w1) ** 2) / 2) + a2 * np.exp(-(((t - c2) / w2) ** 2) / 2)
        return {"guess": GUESS.copy(), "t": t, "y": y + NOISE * random.standard_normal(self.observations)}

    def parameters(self) -> dict[str, np.ndarray]:
        """None: what is fitted starts from the input `guess`."""
        return {}

    def flops(self, task: str) -> float:
        """Model, derivatives by hand and Gram matrix (its distinct entries), at the guess and in every iteration."""
        product = (PARAMETERS + 1) * (PARAMETERS + 2)
        return float((self.iterations + 1) * self.observations * (FLOPS_OF_MODEL + FLOPS_OF_JACOBIAN + product))

    def items(self, task: str) -> float:
        """Observations times iterations."""
        return float(self.observations * self.iterations)

    def bytes_moved(self, task: str) -> float:
        """Points and observations are read in every iteration, and at the guess."""
        return 2.0 * 8 * self.observations * (self.iterations + 1)

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """`parameters` and `cost`; nothing where it would take too long."""
        if self.observations > LARGEST_REFERENCE:
            return {}
        given = self.inputs()
        return solve(given["guess"], given["t"], given["y"], self.iterations)
