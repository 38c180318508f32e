r"""Hyperbolic tangent of a million numbers, eager against compiled, with its error.

    y = tanh(x),   x: (elements,), uniform in [−4, 4]

Task `forward`: output y, dimensionless. Reference: NumPy's hyperbolic tangent in float64.

**What was reported.** https://github.com/pytorch/pytorch/issues/110611 (bertmaher, October 2023): on one core of a
Xeon Platinum 8339HC, of 2²⁰ numbers in float32, log takes 363 µs in eager PyTorch and 1092 µs compiled (3.0), tanh
476 and 868 µs (1.8); on all cores 3.7 and 4.0 times as long. A maintainer (jgong5) answers that the compiler writes
SLEEF's function with an error of 1.0 units in the last place, where the eager mode calls MKL's; SLEEF's of 3.5 units
is as fast, but not as exact; a part is overhead of the call. Open. https://github.com/pytorch/pytorch/pull/148254
(leslie-fang-intel, March 2025): the compiled tanh was a formula of exponentials, which near zero was off by 10⁻⁸; it
is SLEEF's now. The numbers of the report are from [0, 1]; ours are from both sides of zero.

Two modes of PyTorch are held against each other; JAX is there for the gate and for its error. `largest_ulp` among the
metrics is the largest error in units in the last place, against NumPy in float64; the table of this section shows it.
"""

from __future__ import annotations

import numpy as np

from bench.workloads.cases.forms.elementary import MODES, PRECISION_TOLERANCE, SEED, SIZES, Elementary
from bench.workloads.cases.forms.stated import CHECK_TASKS, PRECISIONS, TASKS, TOLERANCE

TITLE = {"en": "Hyperbolic tangent of a million numbers", "zh": "一百万个数的双曲正切"}
SECTION = 9
ITEM = "elements"
COMPLAINTS = (
    {
        "slow": "torch compile",
        "fast": "torch eager",
        "reported": 1.8,
        "source": "https://github.com/pytorch/pytorch/issues/110611",
        "said": {
            "en": "Compiled 1.8 times as slow as eager on one core (2023), 4 times on all. Open.",
            "zh": "单核上编译后的耗时为即时执行的 1.8 倍（2023 年），全部核心上为 4 倍。未关闭。",
        },
    },
)


class Problem(Elementary):
    """The arguments of tanh at one size."""

    def argument(self) -> np.ndarray:
        """Uniform in [−4, 4]."""
        return np.random.default_rng(SEED).uniform(-4, 4, self.setting["elements"])

    def function(self, x: np.ndarray) -> np.ndarray:
        """NumPy's, in float64."""
        return np.tanh(x)
