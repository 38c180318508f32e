r"""Gradient through a loop that fills an array row by row.

    P_0 = p,   P_t = sin(P_{t−1}),  t = 1 … T;   v = Σ (P_T)²/2        p: (width,)

Every P_t is kept, as a solver of differential equations keeps its steps. Task `gradient`: outputs value () and
gradient (width,). Reference: the chain rule by hand. Dimensionless.

**What was reported.** https://github.com/jax-ml/jax/issues/10197 (patrick-kidger and others, April 2022): the
gradient through a scan that carries the whole array and writes one row of it per step takes time that grows with the
square of the steps on a CPU, for the array is copied in every step; a doubling makes it 4 times as long. Open. The
like: https://github.com/jax-ml/jax/issues/17640 (karunrao97, September 2023): a factor of 100 with a scan that
inserts into rows; open.

**Two forms.** As reported: the carry is the array of all rows. As an expert writes it: the carry is the last row, and
the scan stacks what it gives back. PyTorch: a loop in Python over a list.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import MODES, PRECISION_TOLERANCE, PRECISIONS, TOLERANCE

TITLE = {"en": "Gradient through a loop that fills an array", "zh": "对逐行填充数组的循环求梯度"}
SECTION = 9
ITEM = "steps"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"steps": 6, "width": 3},
    "small": {"steps": 256, "width": 64},
    "medium": {"steps": 2048, "width": 100},
}
TASKS = CHECK_TASKS = ("gradient",)
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "source": "https://github.com/jax-ml/jax/issues/10197",
        "said": {
            "en": "On a CPU (2022) the time grows with the square of the steps, for the array is copied in each;"
            " open. A like report (2023) says 100 times.",
            "zh": "在 CPU 上（2022 年）耗时随步数的平方增长，因为每步都复制整个数组；未关闭。另一份类似的报告（2023 年"
            "）称耗时为 100 倍。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "source": "https://github.com/jax-ml/jax/issues/17640",
        "said": {
            "en": "A scan that inserts into rows: 100 times as slow with its gradient (2023); open. Held here against"
            " a loop in PyTorch.",
            "zh": "向各行插入元素的 scan：加上梯度后耗时为 100 倍（2023 年）；未关闭。此处与 PyTorch 的循环对照。",
        },
    },
)

SEED = 20260915


class Problem(Single):
    """The data and the reference at one size."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (width,): p, uniform in [0.5, 1.5)."""
        return {"x": np.random.default_rng(SEED).uniform(0.5, 1.5, self.setting["width"])}

    def flops(self, task: str) -> float:
        """One sine, one cosine and one product for each number and step."""
        return 3.0 * self.setting["steps"] * self.setting["width"]

    def items(self, task: str) -> float:
        """Steps of the loop."""
        return float(self.setting["steps"])

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """The chain rule."""
        rows = [self.inputs()["x"]]
        for _ in range(self.setting["steps"]):
            rows.append(np.sin(rows[-1]))
        slope = rows[-1]
        for row in reversed(rows[:-1]):
            slope = slope * np.cos(row)
        return {"value": np.array(np.square(rows[-1]).sum() / 2), "gradient": slope}
