r"""The order of every row of a matrix.

    x[r, o[r, 0]] < x[r, o[r, 1]] < …        x: (rows, n), uniform in [0, 1), without ties

Task `forward`: output o, (rows, n), whole numbers. Reference: NumPy's argsort.

**What was reported.** https://github.com/jax-ml/jax/issues/10434 (fbartolic, April 2022): on a CPU
`jax.numpy.argsort` of a matrix of 100 × 10,000 uniform numbers along its first axis takes about 5 times as long as
NumPy's, and more than 20 times with more realistic arrays. A user (YouJiacheng) traces it to XLA's sort itself. Open.

**Two forms.** As reported: `jax.numpy.argsort`, which is stable unless told otherwise. As an expert writes it: the
same with `stable=False`. PyTorch, which takes NumPy's place here: `torch.argsort`, not stable by its default. Rows
are the last axis, where both frameworks sort without turning the matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import CHECK_TASKS, MODES, TASKS, TOLERANCE

TITLE = {"en": "Order of rows (argsort)", "zh": "逐行排序的次序（argsort）"}
SECTION = 9
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"rows": 4, "length": 9},
    "small": {"rows": 100, "length": 10_000},
    "medium": {"rows": 1000, "length": 10_000},
}
PRECISIONS = ("float64", "float32")
PRECISION_TOLERANCE = {"float64": TOLERANCE, "float32": 1e-6}
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "reported": 5.0,
        "source": "https://github.com/jax-ml/jax/issues/10434",
        "said": {
            "en": "On a CPU (2022) about 5 times as slow as NumPy, 20 times with realistic arrays; XLA’s own sort,"
            " says a user. Open. Held here against PyTorch.",
            "zh": "在 CPU 上（2022 年）耗时约为 NumPy 的 5 倍，换成接近实际的数组则为 20 倍；有用户指出原因在 XLA 的"
            "排序本身。未关闭。此处与 PyTorch 对照。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "source": "https://github.com/jax-ml/jax/issues/10434",
        "said": {
            "en": "The same, held against our expert’s form: a sort that need not be stable.",
            "zh": "同上，与我们的专家写法对照：不要求稳定的排序。",
        },
    },
)

SEED = 20260905


class Problem(Single):
    """The matrix and its order at one size."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (rows, length): the places k/n of each row shuffled, so that no precision makes ties."""
        random, length = np.random.default_rng(SEED), self.setting["length"]
        return {"x": np.stack([random.permutation(length) / length for _ in range(self.setting["rows"])])}

    def flops(self, task: str) -> float:
        """n log₂ n comparisons in each row."""
        return self.items(task) * float(np.log2(self.setting["length"]))

    def items(self, task: str) -> float:
        """Numbers of the matrix."""
        return float(self.setting["rows"] * self.setting["length"])

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """By NumPy."""
        return {"output": np.argsort(self.inputs()["x"], axis=1).astype(np.float64)}
