r"""Error function of a million numbers, eager against compiled, with its error.

    y = erf(x),   x: (elements,), half of them uniform in [−3, 3], half 10 to a power that is uniform in [−8, 0]

Task `forward`: output y, dimensionless. Reference: the standard library's error function in float64.

**What was reported.** https://github.com/pytorch/pytorch/issues/110611 (bertmaher, October 2023): on one core of a
Xeon Platinum 8339HC, of 2²⁰ numbers in float32, log takes 363 µs in eager PyTorch and 1092 µs compiled (3.0), tanh
476 and 868 µs (1.8); on all cores 3.7 and 4.0 times as long. A maintainer (jgong5) answers that the compiler writes
SLEEF's function with an error of 1.0 units in the last place, where the eager mode calls MKL's; SLEEF's of 3.5 units
is as fast, but not as exact; a part is overhead of the call. Open. It names
https://github.com/pytorch/pytorch/pull/91613, which mended the same of erf.
https://github.com/pytorch/pytorch/issues/198183 (cuiliaomei-beep, September 2026): the compiled erf in float32 has no
correct digit left near zero: 0 for x = 10⁻⁷ on torch 2.14; open.

Two modes of PyTorch are held against each other; JAX is there for the gate and for its error. `largest_ulp` among the
metrics is the largest error in units in the last place, against NumPy in float64; the table of this section shows it.
"""

from __future__ import annotations

import math

import numpy as np

from bench.workloads.cases.forms.elementary import MODES, PRECISION_TOLERANCE, SEED, SIZES, Elementary
from bench.workloads.cases.forms.stated import CHECK_TASKS, PRECISIONS, TASKS, TOLERANCE

TITLE = {"en": "Error function of a million numbers", "zh": "一百万个数的误差函数"}
SECTION = 9
ITEM = "elements"
COMPLAINTS = (
    {
        "slow": "torch compile",
        "fast": "torch eager",
        "source": "https://github.com/pytorch/pytorch/issues/110611",
        "said": {
            "en": "Compiled functions slower than eager ones (2023), of which erf was mended before by a faster"
            " formula. Open.",
            "zh": "编译后的函数慢于即时执行（2023 年）；其中 erf 此前已改用更快的公式。未关闭。",
        },
    },
    {
        "slow": "torch eager",
        "fast": "torch compile",
        "source": "https://github.com/pytorch/pytorch/issues/198183",
        "said": {
            "en": "The fast formula has no correct digit near zero (2026): the errors in units in the last place"
            " stand beside the factor. Open.",
            "zh": "这一快速公式在零附近没有一位正确数字（2026 年）：以末位单位计的误差列在倍数旁边。未关闭。",
        },
    },
)


class Problem(Elementary):
    """The arguments of erf at one size."""

    def argument(self) -> np.ndarray:
        """Half of them uniform in [−3, 3], half 10 to a power that is uniform in [−8, 0]."""
        random, half = np.random.default_rng(SEED), self.setting["elements"] // 2
        return np.concatenate([random.uniform(-3, 3, half), 10 ** random.uniform(-8, 0, half)])

    def function(self, x: np.ndarray) -> np.ndarray:
        """The standard library's, in float64."""
        return np.vectorize(math.erf, otypes=[float])(x)
