r"""Gradient of running products, eager against compiled.

    y[r, t] = Π_{s ≤ t} x[r, s],   v = Σ y        x: (rows, length), uniform in [0.9, 1.1); dimensionless

Task `gradient`: outputs value () and gradient (rows, length). Reference: ∂v/∂x[r, s] = Σ_{t ≥ s} y[r, t] / x[r, s].

**What was reported.** https://github.com/pytorch/pytorch/issues/136263 (ArtemYurlov comments there, September 2024):
by its title the backward pass of `torch.cumprod` under `torch.compile` is 100 times as slow as the eager one; the
comment tells of 15 to 20 minutes of compiling, and of a version of its own that takes operations in proportion to the
length, which, compiled, is 10 % faster than the eager one. Open; the report itself we could not read. We take short
rows, so that compiling stays short.

Two modes of PyTorch are held against each other, and what is compiled against the reporter's way: the expert's form,
the sums of the reference from behind. JAX is there for the gate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import PRECISION_TOLERANCE, TOLERANCE

TITLE = {"en": "Gradient of running products", "zh": "累积乘积的梯度"}
SECTION = 9
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"rows": 2, "length": 4},
    "small": {"rows": 2000, "length": 32},
    "medium": {"rows": 20_000, "length": 64},
}
TASKS = CHECK_TASKS = ("gradient",)
MODES = {"torch": ("eager", "compile", "compile-expert"), "jax": ("jit",)}
PRECISIONS = ("float64", "float32")
COMPLAINTS = (
    {
        "slow": "torch compile",
        "fast": "torch eager",
        "reported": 100.0,
        "source": "https://github.com/pytorch/pytorch/issues/136263",
        "said": {
            "en": "Compiled 100 times as slow as eager (2024), after a quarter of an hour of compiling; open. Rows"
            " are short here.",
            "zh": "编译后的耗时为即时执行的 100 倍（2024 年），编译要一刻钟；未关闭。这里的行较短。",
        },
    },
    {
        "slow": "torch compile",
        "fast": "torch compile-expert",
        "source": "https://github.com/pytorch/pytorch/issues/136263",
        "said": {
            "en": "The same, held against the way of the reporter: sums from behind.",
            "zh": "同上，与报告者的做法对照：从后往前求和。",
        },
    },
)

SEED = 20260917


class Problem(Single):
    """The data and the reference at one size."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (rows, length)."""
        shape = (self.setting["rows"], self.setting["length"])
        return {"x": np.random.default_rng(SEED).uniform(0.9, 1.1, shape)}

    def flops(self, task: str) -> float:
        """A product, a sum and a division for each number."""
        return 3 * self.items(task)

    def items(self, task: str) -> float:
        """Numbers of the gradient."""
        return float(self.setting["rows"] * self.setting["length"])

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """Products, and their sums from behind."""
        x = self.inputs()["x"]
        products = np.cumprod(x, axis=1)
        behind = np.cumsum(products[:, ::-1], axis=1)[:, ::-1]
        return {"value": np.array(products.sum()), "gradient": behind / x}
