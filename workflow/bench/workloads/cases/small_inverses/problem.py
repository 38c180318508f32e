r"""Inverses of many matrices of 3 × 3.

    Y[n] = X[n]⁻¹        X: (matrices, 3, 3) = I + uniform in [−0.2, 0.2); dimensionless

Task `forward`: output Y. Reference: NumPy's.

**What was reported.** https://github.com/jax-ml/jax/issues/11321 (tbenthompson, June 2022): 10,000 inverses by
`jax.numpy.linalg.inv` take 1.47 ms on a laptop with an M1, 0.041 ms written out by the adjugate (36); the same on an
x64 processor and a GPU of Colab. Open. Before: https://github.com/jax-ml/jax/issues/1139 (clemisch, August 2019):
solving with matrices of 3 × 3 on a GPU takes 17 s where NumPy takes 0.38 s; closed. Since:
https://github.com/jax-ml/jax/issues/36927 (clemisch, April 2026): batched small solves are 2.6 times as slow in
0.10.0 as in 0.9.2 on a CPU; open. In PyTorch: https://github.com/pytorch/pytorch/issues/91536 (yoshipon, December
2022): 100,000 inverses of 4 × 4 take twice as long as with CuPy on a GPU; open.

**Two forms.** As reported: `jax.numpy.linalg.inv`. As an expert writes it: the adjugate over the determinant.
PyTorch: `torch.linalg.inv`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import CHECK_TASKS, MODES, PRECISION_TOLERANCE, PRECISIONS, TASKS, TOLERANCE

TITLE = {"en": "Inverses of small matrices", "zh": "小矩阵求逆"}
SECTION = 9
ITEM = "evaluations"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"matrices": 5},
    "small": {"matrices": 10_000},
    "medium": {"matrices": 1_000_000},
}
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "reported": 36.0,
        "source": "https://github.com/jax-ml/jax/issues/11321",
        "said": {
            "en": "On a laptop (2022) 36 times as slow as the adjugate written out; the same on an x64 CPU and on a"
            " GPU. Open.",
            "zh": "在笔记本电脑上（2022 年）耗时为写出伴随矩阵的 36 倍；在 x64 处理器和 GPU 上也是如此。未关闭。",
        },
    },
    {
        "slow": "torch eager",
        "fast": "jax jit",
        "reported": 2.2,
        "source": "https://github.com/pytorch/pytorch/issues/91536",
        "said": {
            "en": "In PyTorch twice as slow as CuPy on a GPU (2022); open. Held here against JAX.",
            "zh": "PyTorch 在 GPU 上的耗时为 CuPy 的两倍（2022 年）；未关闭。此处与 JAX 对照。",
        },
    },
)

SEED = 20260911


class Problem(Single):
    """The data and the reference at one size."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (matrices, 3, 3)."""
        shape = (self.setting["matrices"], 3, 3)
        return {"x": np.eye(3) + np.random.default_rng(SEED).uniform(-0.2, 0.2, shape)}

    def flops(self, task: str) -> float:
        """50 for each by the adjugate, as the report counts."""
        return 50 * self.items(task)

    def items(self, task: str) -> float:
        """Matrices."""
        return float(self.setting["matrices"])

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """By NumPy."""
        return {"output": np.linalg.inv(self.inputs()["x"])}
