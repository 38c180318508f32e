r"""Logarithm of a million numbers, eager against compiled, with its error.

    y = log(x),   x: (elements,), uniform in [10⁻⁶, 1 − 10⁻⁶]

Task `forward`: output y, dimensionless. Reference: NumPy's logarithm in float64.

**What was reported.** https://github.com/pytorch/pytorch/issues/110611 (bertmaher, October 2023): on one core of a
Xeon Platinum 8339HC, of 2²⁰ numbers in float32, log takes 363 µs in eager PyTorch and 1092 µs compiled (3.0), tanh
476 and 868 µs (1.8); on all cores 3.7 and 4.0 times as long. A maintainer (jgong5) answers that the compiler writes
SLEEF's function with an error of 1.0 units in the last place, where the eager mode calls MKL's; SLEEF's of 3.5 units
is as fast, but not as exact; a part is overhead of the call. Open.

Two modes of PyTorch are held against each other; JAX is there for the gate and for its error. `largest_ulp` among the
metrics is the largest error in units in the last place, against NumPy in float64; the table of this section shows it.
"""

from __future__ import annotations

import numpy as np

from bench.workloads.cases.forms.elementary import MODES, PRECISION_TOLERANCE, SEED, SIZES, Elementary
from bench.workloads.cases.forms.stated import CHECK_TASKS, PRECISIONS, TASKS, TOLERANCE

TITLE = {"en": "Logarithm of a million numbers", "zh": "一百万个数的对数"}
SECTION = 9
ITEM = "elements"
COMPLAINTS = (
    {
        "slow": "torch compile",
        "fast": "torch eager",
        "reported": 3.0,
        "source": "https://github.com/pytorch/pytorch/issues/110611",
        "said": {
            "en": "Compiled 3 times as slow as eager on one core (2023): the compiler’s function is the exact one,"
            " MKL’s the fast one, says a maintainer. Open.",
            "zh": "单核上编译后的耗时为即时执行的 3 倍（2023 年）。维护者：编译器用的是更精确的函数，MKL 的更快。未关"
            "闭。",
        },
    },
)


class Problem(Elementary):
    """The arguments of log at one size."""

    def argument(self) -> np.ndarray:
        """Uniform in [10⁻⁶, 1 − 10⁻⁶]."""
        return np.random.default_rng(SEED).uniform(1e-6, 1 - 1e-6, self.setting["elements"])

    def function(self, x: np.ndarray) -> np.ndarray:
        """NumPy's, in float64."""
        return np.log(x)
