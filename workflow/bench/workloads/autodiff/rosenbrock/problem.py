r"""The chained Rosenbrock function, its gradient, its Hessian in full, and its Hessian times a vector.

    f(x) = Σ_{i<n} 100 (x[i+1] − x[i]²)² + (1 − x[i])²,   x and the direction v of shape (n,)

Every term couples two neighbours, so that the Hessian is tridiagonal; the frameworks are not told, and `hessian` is
the dense matrix that a user of `jax.hessian` or `torch.func` gets, for at most `MOST_BYTES` of it.

| task | computed | outputs |
|---|---|---|
| primal | f | value () |
| gradient | f and ∇f | value (), gradient (n,) |
| hessian | ∇²f | hessian (n, n) |
| hvp | ∇²f v | hvp (n,) |

There is no matrix product: the work is moving memory and, for small n, calling the framework. Reference: the closed
form. Inputs: x uniform in [−2, 2], v standard normal; all dimensionless.

Asymmetries: each framework differentiates in the way that was fastest of those tried. JAX takes second derivatives
forward over reverse; PyTorch takes them reverse over reverse, `hvp` in a third of the other's time and `hessian` in
half. PyTorch's eager mode sums the squares by inner products (`torch.dot`), which spares it a vector of squares; both
compilers fuse the plain sum, and are faster with it.

Source: Rosenbrock, An automatic method for finding the greatest or least value of a function, The Computer Journal 3
(1960), chained as in Moré, Garbow and Hillstrom, Testing unconstrained optimization software, ACM TOMS 7 (1981).
"""

from __future__ import annotations

from typing import Any

import numpy as np

TITLE = {"en": "Chained Rosenbrock function", "zh": "链式 Rosenbrock 函数"}
SECTION = 4
SCENARIO = "mathematical model, numerics"
ITEM = "derivatives"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"variables": 5},
    "small": {"variables": 1000},
    "medium": {"variables": 100_000},
    "large": {"variables": 1_000_000},
}
SWEEPS: dict[str, dict[str, Any]] = {
    f"variables-{count}": {"variables": count} for count in (2, 10, 100, 1000, 10_000, 100_000, 1_000_000)
}
TASKS = ("primal", "gradient", "hessian", "hvp")
QUICK_TASKS = ("gradient",)
MEDIUM_TASKS = ("primal", "gradient", "hvp")
MANY_TASKS = ("gradient",)
QUICK_MODES = {"torch": ("compile", "many"), "jax": ("jit", "scan")}
SWEEP_TASKS = TASKS
CHECK_TASKS = TASKS
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-5}

SEED = 20240106
MOST_BYTES = 2**29
"""Bytes in float64 of the largest dense Hessian that is computed: n = 8192."""
LARGEST_REFERENCE = 4096
"""Variables above which `reference` returns no Hessian."""


class Problem:
    """The point, the direction and the closed form at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.variables: int = {**SIZES, **SWEEPS}[size]["variables"]

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` and `v`, each (n,)."""
        random = np.random.default_rng(SEED)
        return {"x": random.uniform(-2.0, 2.0, self.variables), "v": random.standard_normal(self.variables)}

    def parameters(self) -> dict[str, np.ndarray]:
        """None: nothing is trained."""
        return {}

    def too_large(self, task: str) -> str:
        """Why the task cannot be computed at this size, or nothing."""
        needed = 8 * self.variables**2
        if task != "hessian" or needed <= MOST_BYTES:
            return ""
        return (
            f"a dense Hessian of {self.variables:,} variables takes {needed:,} bytes in float64; "
            f"at most {MOST_BYTES:,} are computed"
        )

    def flops(self, task: str) -> float:
        """Operations of the closed forms per variable: 8 for f, 14 for f and ∇f, 7 for the diagonals of ∇²f, 5 for
        their product with a vector. The dense Hessian is n such products: nobody told the frameworks of its zeros.
        """
        each = {"primal": 8, "gradient": 14, "hvp": 7 + 5, "hessian": 7 + 5 * self.variables}[task]
        return float(each * self.variables)

    def items(self, task: str) -> float:
        """Derivatives computed per step: n, or n² in the dense Hessian; 1 for the primal."""
        return float({"primal": 1, "hessian": self.variables**2}.get(task, self.variables))

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """The closed form; {} for a Hessian of more than `LARGEST_REFERENCE` variables."""
        data = self.inputs()
        x, v = data["x"], data["v"]
        if task == "hessian":
            if self.variables > LARGEST_REFERENCE:
                return {}
            diagonal, beside = hessian_bands(x)
            return {"hessian": np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)}
        if task == "hvp":
            diagonal, beside = hessian_bands(x)
            product = diagonal * v
            product[:-1] += beside * v[1:]
            product[1:] += beside * v[:-1]
            return {"hvp": product}
        value = {"value": np.array(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))}
        return value if task == "primal" else value | {"gradient": gradient(x)}


def gradient(x: np.ndarray) -> np.ndarray:
    """∇f of shape (n,): −400 x[i] (x[i+1] − x[i]²) − 2 (1 − x[i]) by its own term, 200 (x[i] − x[i−1]²) by the last."""
    step = x[1:] - x[:-1] ** 2
    found = np.zeros_like(x)
    found[:-1] = -400 * x[:-1] * step - 2 * (1 - x[:-1])
    found[1:] += 200 * step
    return found


def hessian_bands(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The diagonal (n,) and the off-diagonal (n−1,) of ∇²f."""
    diagonal = np.zeros_like(x)
    diagonal[:-1] = 1200 * x[:-1] ** 2 - 400 * x[1:] + 2
    diagonal[1:] += 200
    return diagonal, -400 * x[:-1]
