r"""The Fourier transform of a long real signal.

    y[k] = Σ_t x[t] exp(−2πi k t / n)        x: (n,), standard normal, n a power of 2; dimensionless

Task `forward`: outputs real and imaginary, each (n,). Reference: NumPy's.

**What was reported.** https://github.com/jax-ml/jax/issues/7490 (Edenhofer, August 2021): of 2²⁶ numbers in float64
on a Ryzen 7 4800H (JAX 0.2.18), 4.64 s with `jit` where SciPy takes 1.91 s (2.4), though both used some PocketFFT.
Closed. Later https://github.com/tensorflow/tensorflow/issues/6541 tells that TensorFlow, JAX and XLA now use DUCC
(cantonios, April 2024).

**Two forms.** As reported: `jax.numpy.fft.fft` of the real signal. As an expert writes it: `rfft`, and the other half
by symmetry. PyTorch, which takes SciPy's place here: `torch.fft.fft`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import CHECK_TASKS, MODES, PRECISION_TOLERANCE, TASKS, TOLERANCE

TITLE = {"en": "Fourier transform of a real signal", "zh": "实信号的傅里叶变换"}
SECTION = 9
ITEM = "points"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"points": 16},
    "small": {"points": 2**19},
    "medium": {"points": 2**23},
}
PRECISIONS = ("float64", "float32")
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "reported": 2.4,
        "source": "https://github.com/jax-ml/jax/issues/7490",
        "said": {
            "en": "On a CPU (JAX 0.2.18, 2021) 2.4 times as slow as SciPy; closed, another library since. Held here"
            " against PyTorch.",
            "zh": "在 CPU 上（JAX 0.2.18，2021 年）耗时为 SciPy 的 2.4 倍；已关闭，此后换了库。此处与 PyTorch 对照。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "source": "https://github.com/jax-ml/jax/issues/7490",
        "said": {
            "en": "The same, held against our expert’s form: half of the transform, and symmetry.",
            "zh": "同上，与我们的专家写法对照：只算一半，其余由对称性得出。",
        },
    },
)

SEED = 20260914


class Problem(Single):
    """The data and the reference at one size."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (n,)."""
        return {"x": np.random.default_rng(SEED).standard_normal(self.setting["points"])}

    def flops(self, task: str) -> float:
        """5 n log₂ n, as such transforms are usually counted."""
        return 5.0 * self.items(task) * float(np.log2(self.setting["points"]))

    def items(self, task: str) -> float:
        """Numbers of the signal."""
        return float(self.setting["points"])

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """By NumPy."""
        found = np.fft.fft(self.inputs()["x"])
        return {"real": found.real.copy(), "imaginary": found.imag.copy()}
