r"""Three quantiles of every row of a matrix.

    q[r, j] = (1 − f) s[r, i] + f s[r, i + 1],   i + f = p_j (n − 1),   s[r]: the row in ascending order

x: (rows, n) without ties, p = 0.25, 0.5, 0.75; dimensionless. Task `forward`: output (rows, 3). Reference: NumPy's
sort.

**What was reported.** https://github.com/dirac-institute/kbmod/pull/750 (jeremykubica, December 2024, merged): an
outlier filter by the quartiles of many light curves was moved from NumPy to JAX with `vmap`, and became roughly 2000
times as fast in timing tests on a machine called Baldur. Its pull request 863, which the plan of these cases names,
we could not read. Quartiles in JAX sort whole rows, and https://github.com/jax-ml/jax/issues/10434 finds JAX's
sorting on CPUs slow (see `row_argsort`); https://github.com/r-xla/anvl/pull/501 (h-a-graham, September 2026, open)
notes that JAX sorts fully where NumPy selects, and gets a factor of about 2 on a CPU by a selection in XLA.

**Two forms.** As reported: `jax.numpy.quantile` under `vmap`. As an expert writes it: one sort of the matrix, six of
its columns, and no care for NaN, of which there is none. PyTorch: `torch.quantile`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import CHECK_TASKS, MODES, PRECISIONS, TASKS, TOLERANCE

TITLE = {"en": "Quantiles of rows", "zh": "逐行求分位数"}
SECTION = 9
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"rows": 5, "length": 11},
    "small": {"rows": 4096, "length": 100},
    "medium": {"rows": 65536, "length": 100},
}
PRECISION_TOLERANCE = {"float64": TOLERANCE, "float32": 1e-5}
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "source": "https://github.com/r-xla/anvl/pull/501",
        "said": {
            "en": "JAX sorts whole rows where NumPy selects (2026); a selection in XLA was about twice as fast on a"
            " CPU. Held here against PyTorch.",
            "zh": "JAX 对整行排序，而 NumPy 只做选择（2026 年）；在 XLA 中改为选择后，CPU 上速度约为两倍。此处与"
            " PyTorch 对照。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "source": "https://github.com/dirac-institute/kbmod/pull/750",
        "said": {
            "en": "Quartiles of many light curves, moved from NumPy to JAX, became about 2000 times as fast (2024)."
            " Held here against our expert’s form: one sort, six columns.",
            "zh": "对大量光变曲线求四分位数，从 NumPy 移到 JAX 后速度约为 2000 倍（2024 年）。此处与我们的专家写法对照"
            "：排序一次，取六列。",
        },
    },
)

SEED = 20260904
PARTS = (0.25, 0.5, 0.75)


def between(length: int) -> list[tuple[int, float]]:
    """Of each quantile the place in the sorted row and the share of the next one."""
    places = [part * (length - 1) for part in PARTS]
    return [(int(place), place - int(place)) for place in places]


class Problem(Single):
    """The matrix and its quantiles at one size."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (rows, length), standard normal."""
        shape = (self.setting["rows"], self.setting["length"])
        return {"x": np.random.default_rng(SEED).standard_normal(shape)}

    def flops(self, task: str) -> float:
        """n log₂ n comparisons in each row."""
        return self.items(task) * float(np.log2(self.setting["length"]))

    def items(self, task: str) -> float:
        """Numbers of the matrix."""
        return float(self.setting["rows"] * self.setting["length"])

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """By NumPy's sort and the definition."""
        ordered = np.sort(self.inputs()["x"], axis=1)
        columns = [
            (1 - share) * ordered[:, place] + share * ordered[:, place + 1]
            for place, share in between(self.setting["length"])
        ]
        return {"output": np.stack(columns, axis=1)}
