r"""Sums over the first axis of a cube.

    y[j, k] = Σ_i x[i, j, k]        x: (n, n, n), standard normal; dimensionless

Task `forward`: output y, (n, n). Reference: NumPy's.

**What was reported.** https://github.com/jax-ml/jax/issues/25187 (ricardoV94, November 2024): with n = 128 in float32
on a CPU (JAX 0.4.35), 2.77 ms with `jit` where NumPy takes 0.463 ms (6.0). Open.

**Two forms.** As reported: `jax.numpy.sum` over the first axis. As an expert writes it: a product with a vector of
ones, which a matrix product does. PyTorch, which takes NumPy's place here: `torch.sum`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import CHECK_TASKS, MODES, PRECISION_TOLERANCE, PRECISIONS, TASKS, TOLERANCE

TITLE = {"en": "Sums over the first axis", "zh": "沿第一个轴求和"}
SECTION = 9
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"side": 4},
    "small": {"side": 128},
    "medium": {"side": 512},
}
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "reported": 6.0,
        "source": "https://github.com/jax-ml/jax/issues/25187",
        "said": {
            "en": "On a CPU (JAX 0.4.35, 2024) 6 times as slow as NumPy; open. Held here against PyTorch.",
            "zh": "在 CPU 上（JAX 0.4.35，2024 年）耗时为 NumPy 的 6 倍；未关闭。此处与 PyTorch 对照。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "source": "https://github.com/jax-ml/jax/issues/25187",
        "said": {
            "en": "The same, held against our expert’s form: a product with ones.",
            "zh": "同上，与我们的专家写法对照：与全 1 向量的乘积。",
        },
    },
)

SEED = 20260912


class Problem(Single):
    """The data and the reference at one size."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (n, n, n)."""
        return {"x": np.random.default_rng(SEED).standard_normal((self.setting["side"],) * 3)}

    def flops(self, task: str) -> float:
        """One addition for each number."""
        return self.items(task)

    def items(self, task: str) -> float:
        """Numbers that are added."""
        return float(self.setting["side"] ** 3)

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """By NumPy."""
        return {"output": self.inputs()["x"].sum(axis=0)}
