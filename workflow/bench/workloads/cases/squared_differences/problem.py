r"""Gradient of the squared differences of neighbours in a volume.

    v = Σ_axes Σ (x[… i + 1 …] − x[… i …])²        x: (n, n, n), standard normal; dimensionless

Task `gradient`: outputs value () and gradient (n, n, n). Reference: twice the difference, added to one neighbour and
taken from the other.

**What was reported.** https://github.com/jax-ml/jax/issues/37465 (clemisch, May 2026): with n = 256 in float32 on a
CPU, this regularisation of tomography is slower in today's versions than in JAX 0.4.31, in all by 1.7; 1.8 of it came
from 0.5.0 to 0.5.3 and 1.4 from 0.7.2 to 0.8.0. Open. Two versions, where we hold two forms and two frameworks
against each other.

**Two forms.** As reported: `jax.numpy.diff` along each axis, squared and summed, and `jax.grad`. As an expert writes
it: the differences by slices of the volume and the gradient by hand. PyTorch: `torch.diff`, by autograd.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import MODES, PRECISION_TOLERANCE, PRECISIONS, TOLERANCE

TITLE = {"en": "Gradient of squared differences in a volume", "zh": "体数据中相邻差平方和的梯度"}
SECTION = 9
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"side": 4},
    "small": {"side": 96},
    "medium": {"side": 256},
}
TASKS = CHECK_TASKS = ("gradient",)
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "source": "https://github.com/jax-ml/jax/issues/37465",
        "said": {
            "en": "On a CPU (2026) 1.7 times as slow as in JAX 0.4.31: two versions, where we hold two forms against"
            " each other. Open.",
            "zh": "在 CPU 上（2026 年）耗时为 JAX 0.4.31 的 1.7 倍：那是两个版本之比，这里比的是两种写法。未关闭。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "source": "https://github.com/jax-ml/jax/issues/37465",
        "said": {
            "en": "The same, held against PyTorch.",
            "zh": "同上，与 PyTorch 对照。",
        },
    },
)

SEED = 20260918


class Problem(Single):
    """The data and the reference at one size."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (n, n, n)."""
        return {"x": np.random.default_rng(SEED).standard_normal((self.setting["side"],) * 3)}

    def flops(self, task: str) -> float:
        """Of each axis a difference, a square and a sum, and two sums back, for each number."""
        return 15 * self.items(task)

    def items(self, task: str) -> float:
        """Numbers of the volume."""
        return float(self.setting["side"] ** 3)

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """By hand."""
        x = self.inputs()["x"]
        value, slope = 0.0, np.zeros_like(x)
        for axis in range(3):
            step = np.diff(x, axis=axis)
            value += np.square(step).sum()
            turned = np.moveaxis(slope, axis, 0)
            turned[1:] += 2 * np.moveaxis(step, axis, 0)
            turned[:-1] -= 2 * np.moveaxis(step, axis, 0)
        return {"value": np.array(value), "gradient": slope}
