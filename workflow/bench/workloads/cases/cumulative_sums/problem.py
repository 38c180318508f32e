r"""Running sums down the columns of a matrix.

    y[t, c] = Σ_{s ≤ t} x[s, c]        x: (rows, columns), uniform in [−1, 1); dimensionless

Task `forward`: output y, (rows, columns). Reference: NumPy's.

**What was reported.** https://github.com/jax-ml/jax/issues/28097 (crusaderky, April 2025): `jax.numpy.cumsum` of a
matrix of 65,536 × 1024 whole numbers takes 411 ms on the CPU of a desktop, 99 ms when written with
`jax.lax.fori_loop` (4.2); the built-in is tuned for GPUs. Open. Before: https://github.com/jax-ml/jax/issues/4135
(dionhaefner, August 2020), several times as slow as NumPy, with `lax.scan` faster; closed.

**Two forms.** As reported: `jax.numpy.cumsum` along the first axis. As an expert writes it on a CPU: `jax.lax.scan`
over the rows. PyTorch: `torch.cumsum`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import CHECK_TASKS, MODES, PRECISION_TOLERANCE, PRECISIONS, TASKS, TOLERANCE

TITLE = {"en": "Running sums", "zh": "累积求和"}
SECTION = 9
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"rows": 7, "columns": 3},
    "small": {"rows": 2048, "columns": 512},
    "medium": {"rows": 65_536, "columns": 1024},
}
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "reported": 4.2,
        "source": "https://github.com/jax-ml/jax/issues/28097",
        "said": {
            "en": "On a desktop (2025) 411 ms, 99 ms as a loop: the built-in is tuned for GPUs. Open.",
            "zh": "在一台台式机上（2025 年）为 411 ms，写成循环为 99 ms：内置函数是为 GPU 调优的。未关闭。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "source": "https://github.com/jax-ml/jax/issues/4135",
        "said": {
            "en": "Several times as slow as NumPy (2020); closed. Held here against PyTorch.",
            "zh": "耗时为 NumPy 的数倍（2020 年）；已关闭。此处与 PyTorch 对照。",
        },
    },
)

SEED = 20260910


class Problem(Single):
    """The data and the reference at one size."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (rows, columns)."""
        shape = (self.setting["rows"], self.setting["columns"])
        return {"x": np.random.default_rng(SEED).uniform(-1, 1, shape)}

    def flops(self, task: str) -> float:
        """One addition for each number."""
        return self.items(task)

    def items(self, task: str) -> float:
        """Numbers of the matrix."""
        return float(self.setting["rows"] * self.setting["columns"])

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """By NumPy."""
        return {"output": np.cumsum(self.inputs()["x"], axis=0)}
