r"""Transposed convolution whose kernel is longer than its stride, in two dimensions.

    y[b, s p + k − m, s q + l − m, o] = Σ_{p,q,k,l,i} x[b, p, q, i] w[k, l, i, o]

x: (batch, side, side, in), w: (kernel, kernel, in, out), the stride s, and m places cut off at every edge. Value: v =
mean(y²)/2. Tasks, outputs and asymmetries are those of `transposed_convolution_1d`, with `signal` for the images.

**What was reported.** https://github.com/jax-ml/jax/issues/31662 (ZagButNoZig, September 2025): the gradient of a
transposed convolution with a kernel of 3 and a stride of 2 takes 48.6 ms in JAX and 1.90 ms in PyTorch (a factor of
26, "32 times" by the title; three dimensions, 64 channels, bfloat16, an RTX 5060 Ti, Equinox's layer); on the CPU
JAX's 28.3 ms were less than PyTorch's 88.7 ms. The workaround: https://github.com/patrick-kidger/equinox/pull/1259
(Artur-Galstyan, August 2026, merged), which shows it in two dimensions, as here. See `transposed_convolution_1d` for
the rest of the history.

**Two forms**, as there.
"""

from __future__ import annotations

from typing import Any

from bench.workloads.cases.forms.stated import MODES, PRECISION_TOLERANCE, PRECISIONS, TOLERANCE
from bench.workloads.cases.transposed_convolution_1d import problem as one

TITLE = {
    "en": "Transposed convolution along two axes, long kernel",
    "zh": "核大于步长的二维转置卷积",
}
SECTION = 9
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"batch": 2, "length": 4, "inputs": 3, "outputs": 4, "kernel": 3, "stride": 2, "margin": 1},
    "small": {"batch": 4, "length": 32, "inputs": 64, "outputs": 32, "kernel": 3, "stride": 2, "margin": 1},
    "medium": {"batch": 16, "length": 64, "inputs": 64, "outputs": 64, "kernel": 4, "stride": 2, "margin": 1},
}
TASKS = CHECK_TASKS = one.TASKS
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "tasks": ("gradient",),
        "reported": 25.5,
        "source": "https://github.com/jax-ml/jax/issues/31662",
        "said": {
            "en": "In three dimensions on an RTX 5060 Ti (2025) 26 times as slow as PyTorch, which on the CPU was the"
            " slower one. Open, and passed on to XLA.",
            "zh": "2025 年在 RTX 5060 Ti 上的三维情形中耗时为 PyTorch 的 26 倍；在 CPU 上则是 PyTorch 更慢。未关闭，已"
            "转给 XLA。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "reported": 30.0,
        "source": "https://github.com/patrick-kidger/equinox/pull/1259",
        "said": {
            "en": "Equinox (2026) writes the zeros between the places itself, and calls its gradient about 30 times"
            " as fast.",
            "zh": "Equinox（2026 年）改为自行填入各位置之间的零，称梯度的速度约为 30 倍。",
        },
    },
)


class Problem(one.Problem):
    """The images, the kernel and the reference at one size."""

    sizes = SIZES
    dimensions = 2
