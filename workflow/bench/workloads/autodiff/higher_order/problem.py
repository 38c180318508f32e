r"""All derivatives up to the nth of a function with a closed form, elementwise at many points.

    f(x) = e^{−x/2} sin x + 4/(4 + x²),   x of shape (points,)

Both parts are imaginary parts of functions whose nth derivative is one line, and stay of the order of one up to n = 6:

    f(x) = Im e^{ax} − 2 Im 1/(x + 2i),   a = −1/2 + i,
    f⁽ⁿ⁾(x) = Im aⁿ e^{ax} − 2 Im (−1)ⁿ n!/(x + 2i)ⁿ⁺¹.

It takes an exponential, a sine, products, a sum and a quotient, for which a framework has a rule each; the
rules of the product and of the quotient are what makes nested derivatives grow.

The task `primal` returns f alone, as `derivative.0` (points,), whatever the order. Every other task returns f and all
derivatives up to the size's order, as `derivative.0` … `derivative.n`, each (points,):

- `nth_reverse`: reverse mode of reverse mode …: the sum over the points is differentiated, then the sum of the
  derivatives, and so on. By theory the cost grows by a constant factor with every order.
- `nth_forward`: forward mode of forward mode …, along the direction 1; likewise.
- `nth_taylor`: Taylor mode, whose cost grows with the square of the order. JAX has it as `jax.experimental.jet`.

Asymmetries: PyTorch has no Taylor mode, so that `nth_taylor` is unsupported there. PyTorch's eager reverse mode keeps
one graph that every order extends (`create_graph=True`); JAX transforms the function once per order, and in the mode
`jit` its compiler finds what the orders share. The direction 1 of forward mode is a constant, whose own
derivatives nobody computes, but in PyTorch's compiled modes above the second order, whose compiler refuses it: there it
depends on x and is differentiated along (by 5 % the slower where both ways exist: eager, and compiled up to the second
order). Reference: the closed form above.
Inputs: uniform in [0, 6], drawn by NumPy. Everything is dimensionless.

Source of Taylor mode: Bettencourt, Johnson and Duvenaud, Taylor-mode automatic differentiation for higher-order
derivatives in JAX, Program Transformations for Machine Learning workshop, 2019.
"""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np

TITLE = {"en": "Higher derivatives", "zh": "高阶导数"}
SECTION = 4
SCENARIO = "mathematical model, numerics"
ITEM = "derivatives"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"points": 5, "order": 3},
    "small": {"points": 10_000, "order": 4},
    "medium": {"points": 100_000, "order": 5},
    "large": {"points": 1_000_000, "order": 6},
}
SWEEPS: dict[str, dict[str, Any]] = {
    **{f"points-{points}": {"points": points, "order": 4} for points in (1, 10, 100, 1000, 10_000, 100_000, 1_000_000)},
    **{f"order-{order}": {"points": 10_000, "order": order} for order in range(1, 7)},
}
TASKS = ("primal", "nth_reverse", "nth_forward", "nth_taylor")
QUICK_TASKS = ("nth_reverse",)
QUICK_MODES = {"torch": ("compile",), "jax": ("jit",)}
SWEEP_TASKS = TASKS
CHECK_TASKS = TASKS
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-5}

SEED = 20240107
LAST = 6.0
"""Points lie between 0 and here."""


class Problem:
    """The points, the order, and the closed form of every derivative."""

    def __init__(self, size: str) -> None:
        self.size = size
        sizes = {**SIZES, **SWEEPS}[size]
        self.points: int = sizes["points"]
        self.order: int = sizes["order"]

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (points,)."""
        return {"x": np.random.default_rng(SEED).uniform(0.0, LAST, self.points)}

    def parameters(self) -> dict[str, np.ndarray]:
        """None: nothing is trained."""
        return {}

    def flops(self, task: str) -> float:
        """Operations of Taylor's recurrences, the fewest known: for every order k, k products and sums in each of the
        six elementary functions; counted for all derivatives alike, so that a slower method has fewer of them per
        second. The primal is order zero of them.
        """
        return float(self.points * sum(12 * (k + 1) for k in range(self._order(task) + 1)))

    def items(self, task: str) -> float:
        """Derivatives computed per step, order × points; of the primal the values of f."""
        return float(max(self._order(task), 1) * self.points)

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """The closed form of f and of all derivatives."""
        x = self.inputs()["x"]
        return {f"derivative.{n}": derivative(x, n) for n in range(self._order(task) + 1)}

    def _order(self, task: str) -> int:
        return 0 if task == "primal" else self.order


def derivative(x: np.ndarray, n: int) -> np.ndarray:
    """f⁽ⁿ⁾(x) by the closed form, for n ≥ 0; f itself for n = 0."""
    a = -0.5 + 1j
    return (a**n * np.exp(a * x)).imag - 2 * ((-1) ** n * factorial(n) / (x + 2j) ** (n + 1)).imag
