r"""The convolution of an image with one as large.

    y[p, q] = Σ_{k,l} x[k, l] x[p − k + c, q − l + c],   c = (n − 1) // 2: the middle of the full convolution

x: (n, n), uniform in [0, 1); dimensionless. Task `forward`: output y, (n, n). Reference: by NumPy's Fourier
transforms.

**What was reported.** https://github.com/jax-ml/jax/issues/5227 (smartalecH, December 2020):
`jax.scipy.signal.convolve` of an image of 300 × 300 with itself takes 2.15 s where SciPy takes 12.6 ms (171), which
chooses between the direct way and Fourier transforms. A maintainer (shoyer) confirms about 2 s. Open.

**Two forms.** As reported: `jax.scipy.signal.convolve`, whose method is the direct one unless told otherwise. As an
expert writes it: `method="fft"`. PyTorch has no such function; its `conv2d` with the image turned is the direct way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import CHECK_TASKS, MODES, PRECISION_TOLERANCE, TASKS, TOLERANCE

TITLE = {"en": "Convolution with a kernel as large as the image", "zh": "核与图像一样大的卷积"}
SECTION = 9
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"side": 6},
    "small": {"side": 64},
    "medium": {"side": 300},
}
PRECISIONS = ("float64", "float32")
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "reported": 171.0,
        "source": "https://github.com/jax-ml/jax/issues/5227",
        "said": {
            "en": "171 times as slow as SciPy (2020), which takes Fourier transforms here; JAX’s function does when"
            " asked. Open.",
            "zh": "耗时为 SciPy 的 171 倍（2020 年）：SciPy 在此改用傅里叶变换；JAX 的函数要指明才会这样做。未关闭。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "source": "https://github.com/jax-ml/jax/issues/5227",
        "said": {
            "en": "The same, held against the direct way in PyTorch.",
            "zh": "同上，与 PyTorch 的直接法对照。",
        },
    },
)

SEED = 20260913


class Problem(Single):
    """The data and the reference at one size."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (n, n)."""
        return {"x": np.random.default_rng(SEED).uniform(0, 1, (self.setting["side"],) * 2)}

    def flops(self, task: str) -> float:
        """2 for each of n⁴ products, as the direct way computes them, but for those outside of the image."""
        return 2.0 * (0.75 * self.setting["side"] ** 2) ** 2

    def items(self, task: str) -> float:
        """Numbers of the output."""
        return float(self.setting["side"] ** 2)

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """By Fourier transforms, with room for all of the full convolution."""
        x, side = self.inputs()["x"], self.setting["side"]
        room = (2 * side - 1,) * 2
        full = np.fft.irfft2(np.fft.rfft2(x, room) ** 2, room)
        first = (side - 1) // 2
        return {"output": np.ascontiguousarray(full[first : first + side, first : first + side])}
