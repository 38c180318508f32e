r"""The three Jacobians of y = x W + b, the article's mathematical model (section 4).

x of shape (n, in), W of shape (in, out), b of shape (out,), y of shape (n, out). With respect to each argument the
derivative is a tensor with one entry per pair of an output and an argument, not the bare W, x and 1 of the shorthand:

    ∂y[i,j]/∂x[k,l] = δ(i,k) W[l,j]    shape (n, out, n, in)
    ∂y[i,j]/∂W[k,l] = δ(j,l) x[i,k]    shape (n, out, in, out)
    ∂y[i,j]/∂b[l]   = δ(j,l)           shape (n, out, out)

Tasks: `jacobian` computes all three in full, by reverse mode for x and W (n·out pullbacks, vectorised) and by forward
mode for b (out pushforwards instead of n·out pullbacks). `per_sample` computes the blocks of one row each, without the
zeros between different rows, vectorised over the rows: shapes (n, out, in), (n, out, in, out), (n, out, out).
Both frameworks differentiate in the same modes, the fastest of those tried over all variants.

The full Jacobians hold n·out·(n·in + in·out + out) entries: 1.6 GB in float64 at size `large`.
Reference: the closed form above. Inputs: standard normal, drawn by NumPy. Everything is dimensionless.

Asymmetry: PyTorch's eager Jacobian runs Python's bookkeeping of the
transforms in every step; JAX's runs it in `eager` only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

TITLE = {"en": "Jacobians of a linear map", "zh": "线性映射的雅可比矩阵"}
SECTION = 4
SCENARIO = "mathematical model"
ITEM = "derivatives"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"n": 3, "in": 4, "out": 2},
    "small": {"n": 16, "in": 32, "out": 32},
    "medium": {"n": 32, "in": 64, "out": 64},
    "large": {"n": 64, "in": 128, "out": 128},
}
TASKS = ("jacobian", "per_sample")
QUICK_TASKS = ("jacobian",)
QUICK_MODES = {"torch": ("eager", "compile"), "jax": ("jit",)}
CHECK_TASKS = TASKS
PRECISIONS = ("float64", "float32")
TOLERANCE = 1e-8
PRECISION_TOLERANCE = {"float64": 1e-8, "float32": 1e-5}

SEED = 20240104


class Problem:
    """The arguments and the closed form at one size."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.rows: int = SIZES[size]["n"]
        self.width_in: int = SIZES[size]["in"]
        self.width_out: int = SIZES[size]["out"]

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (n, in), `W` (in, out), `b` (out,)."""
        random = np.random.default_rng(SEED)
        return {
            "x": random.standard_normal((self.rows, self.width_in)),
            "W": random.standard_normal((self.width_in, self.width_out)),
            "b": random.standard_normal(self.width_out),
        }

    def parameters(self) -> dict[str, np.ndarray]:
        """None: nothing is trained."""
        return {}

    def flops(self, task: str) -> float:
        """Multiplications and additions of the pullbacks to x and W: two products with W and x for every output."""
        each = self.width_in * self.width_out
        return float(self.rows * self.width_out * (4 * self.rows * each if task == "jacobian" else 3 * each))

    def items(self, task: str) -> float:
        """Entries of the Jacobians computed per step."""
        outputs = self.rows * self.width_out
        arguments = self.width_in * (self.rows if task == "jacobian" else 1)
        return float(outputs * (arguments + self.width_in * self.width_out + self.width_out))

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """The closed form under the names `jacobian.x`, `jacobian.W` and `jacobian.b`."""
        x, W = self.inputs()["x"], self.inputs()["W"]
        same_row, same_column = np.eye(self.rows), np.eye(self.width_out)
        by_x = (
            np.einsum("ik,lj->ijkl", same_row, W)
            if task == "jacobian"
            else np.broadcast_to(W.T, (self.rows, self.width_out, self.width_in)).copy()
        )
        return {
            "jacobian.x": by_x,
            "jacobian.W": np.einsum("jl,ik->ijkl", same_column, x),
            "jacobian.b": np.broadcast_to(same_column, (self.rows, self.width_out, self.width_out)).copy(),
        }
