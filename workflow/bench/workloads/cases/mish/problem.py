r"""An activation of several elementary functions, eager against compiled.

    y = x tanh(log(1 + exp(x)))        x: (elements,), standard normal; dimensionless

Task `forward`: output y. Reference: NumPy's.

**What was reported.** https://github.com/pytorch/pytorch/issues/93498 (hal-314, January 2023): on a laptop's CPU,
with 10,000,000 numbers and with 1,000, on one thread and on four, the compiled function takes 5 times as long as the
same written by hand and run eagerly. Closed.

Two modes of PyTorch are held against each other, the formula written out as in the report; JAX is there for the gate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import CHECK_TASKS, PRECISIONS, TASKS, TOLERANCE

TITLE = {"en": "Mish, eager against compiled", "zh": "Mish：即时执行与编译"}
SECTION = 9
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"elements": 32},
    "small": {"elements": 1_000_000},
    "medium": {"elements": 10_000_000},
}
MODES = {"torch": ("eager", "compile"), "jax": ("jit",)}
PRECISION_TOLERANCE = {"float64": TOLERANCE, "float32": 1e-5}
COMPLAINTS = (
    {
        "slow": "torch compile",
        "fast": "torch eager",
        "reported": 5.0,
        "source": "https://github.com/pytorch/pytorch/issues/93498",
        "said": {
            "en": "Compiled 5 times as slow as eager on a laptop’s CPU (2023); closed.",
            "zh": "在笔记本电脑的 CPU 上，编译后的耗时为即时执行的 5 倍（2023 年）；已关闭。",
        },
    },
)

SEED = 20260916


class Problem(Single):
    """The data and the reference at one size."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (elements,)."""
        return {"x": np.random.default_rng(SEED).standard_normal(self.setting["elements"])}

    def flops(self, task: str) -> float:
        """An exponential, a logarithm, a hyperbolic tangent, a sum and a product for each number."""
        return 5 * self.items(task)

    def items(self, task: str) -> float:
        """Numbers of the output."""
        return float(self.setting["elements"])

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """The formula."""
        x = self.inputs()["x"]
        return {"output": x * np.tanh(np.log1p(np.exp(x)))}
