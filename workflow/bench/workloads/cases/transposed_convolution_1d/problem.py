r"""Transposed convolution whose kernel is longer than its stride, in one dimension.

    y[b, s p + k − m, o] = Σ_{p,k,i} x[b, p, i] w[k, i, o]       x: (batch, length, in), w: (kernel, in, out)

with the stride s, and m places cut off at either end. Value: v = mean(y²)/2; dimensionless.

| task | computed | outputs |
|---|---|---|
| forward | y | output (batch, s (length − 1) + kernel − 2 m, out) |
| gradient | v, ∂v/∂w, ∂v/∂x | value (), gradient.kernel as w, gradient.signal as x |

**What was reported.** https://github.com/jax-ml/jax/issues/23783 (psmaragdis, September 2024; JAX 0.4.33 and PyTorch
2.4.1 on a laptop with an M1, and on an RTX 4090): 17 calls of JAX's transposed convolution took 229.14 s where 2,211
of PyTorch's took 5.00 s, that is 13.5 s against 2.26 ms, a factor of 5,960; on the GPU 450 by the same arithmetic. A
maintainer took it for a fallback to a naive loop on the CPU. In January 2025 a comment (nireekshak) finds no such
difference on the CPU from JAX 0.4.36 on, and still one on GPUs; in June 2025 a user still had it; the issue is open.
What we read of it does not tell the sizes: those below are ours. https://github.com/patrick-kidger/equinox/pull/1259
(Artur-Galstyan, August 2026, merged) makes the gradient "about 30 times" as fast, by its title, for
https://github.com/jax-ml/jax/issues/31662 (September 2025; three dimensions, bfloat16, an RTX 5060 Ti: gradient 48.6
ms in JAX, 1.90 ms in PyTorch; on the CPU JAX's 28.3 ms were less than PyTorch's 88.7 ms). XLA has it as
https://github.com/openxla/xla/issues/34273, open.

**Two forms.** As reported: `jax.lax.conv_transpose`, which spreads the signal by `lhs_dilation`, the gradient of
which with respect to the kernel is a convolution with a dilated signal too. As an expert writes it, and Equinox since
that pull request: zeros are put between the places by `jax.lax.pad`, and an ordinary convolution follows. PyTorch:
`torch.nn.functional.conv_transpose1d`.

Asymmetries: channels are last in JAX and first in PyTorch, the layouts that each is documented with; `jax.lax` wants
the kernel reversed, which is part of its time.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from bench.workloads.cases.forms.stated import MODES, PRECISION_TOLERANCE, PRECISIONS, TOLERANCE

TITLE = {
    "en": "Transposed convolution along one axis, long kernel",
    "zh": "核大于步长的一维转置卷积",
}
SECTION = 9
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"batch": 2, "length": 7, "inputs": 3, "outputs": 4, "kernel": 5, "stride": 2, "margin": 1},
    "small": {"batch": 8, "length": 128, "inputs": 64, "outputs": 32, "kernel": 32, "stride": 8, "margin": 12},
    "medium": {"batch": 16, "length": 256, "inputs": 256, "outputs": 64, "kernel": 64, "stride": 16, "margin": 24},
}
TASKS = CHECK_TASKS = ("forward", "gradient")
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "tasks": ("forward",),
        "reported": 5960.0,
        "source": "https://github.com/jax-ml/jax/issues/23783",
        "said": {
            "en": "On a laptop (JAX 0.4.33, 2024) thousands of times as slow as PyTorch. A comment of 2025 finds no"
            " such difference on CPUs from JAX 0.4.36 on; the issue is open.",
            "zh": "2024 年在一台笔记本电脑上（JAX 0.4.33）耗时为 PyTorch 的数千倍。2025 年的一条评论称自 JAX 0.4.36 起"
            "在 CPU 上已无此差距；该问题仍未关闭。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "tasks": ("gradient",),
        "reported": 30.0,
        "source": "https://github.com/patrick-kidger/equinox/pull/1259",
        "said": {
            "en": "Equinox (2026) writes the zeros between the places itself, and calls its gradient about 30 times"
            " as fast; the case behind it is three-dimensional and on a GPU.",
            "zh": "Equinox（2026 年）改为自行填入各位置之间的零，称梯度的速度约为 30 倍；其背后的案例是 GPU 上的三维情"
            "形。",
        },
    },
)

SEED = 20260901
Arrays = dict[str, np.ndarray]


class Problem:
    """The signal, the kernel and the reference at one size."""

    sizes = SIZES
    dimensions = 1

    def __init__(self, size: str) -> None:
        self.size, setting = size, self.sizes[size]
        self.batch: int = setting["batch"]
        self.length: int = setting["length"]
        self.channels: tuple[int, int] = (setting["inputs"], setting["outputs"])
        self.kernel: int = setting["kernel"]
        self.stride: int = setting["stride"]
        self.margin: int = setting["margin"]

    @property
    def side(self) -> int:
        """Places of the output along each axis."""
        return self.stride * (self.length - 1) + self.kernel - 2 * self.margin

    def inputs(self) -> Arrays:
        """`signal` (batch, length, …, in), standard normal."""
        shape = (self.batch, *[self.length] * self.dimensions, self.channels[0])
        return {"signal": np.random.default_rng(SEED).standard_normal(shape)}

    def parameters(self) -> Arrays:
        """`kernel` (kernel, …, in, out), scaled so that outputs are about 1."""
        shape = (*[self.kernel] * self.dimensions, *self.channels)
        summands = self.channels[0] * (self.kernel / self.stride) ** self.dimensions
        return {"kernel": np.random.default_rng(SEED + 1).standard_normal(shape) / np.sqrt(summands)}

    def flops(self, task: str) -> float:
        """2 for each product of a place with a weight; three such passes in a gradient."""
        places = self.batch * self.length**self.dimensions * self.kernel**self.dimensions
        return float(2 * places * self.channels[0] * self.channels[1] * (3 if task == "gradient" else 1))

    def items(self, task: str) -> float:
        """Numbers of the output."""
        return float(self.batch * self.side**self.dimensions * self.channels[1])

    def reference(self, task: str) -> Arrays:
        """Every weight by itself: what each adds to the output, and what the chain rule gives back."""
        signal, kernel = self.inputs()["signal"], self.parameters()["kernel"]
        whole = self.side + 2 * self.margin
        full = np.zeros((self.batch, *[whole] * self.dimensions, self.channels[1]))
        for place in product(range(self.kernel), repeat=self.dimensions):
            full[self._places(place)] += signal @ kernel[place]
        inside = (slice(None), *[slice(self.margin, whole - self.margin)] * self.dimensions)
        output = full[inside]
        if task == "forward":
            return {"output": output}
        error = np.zeros_like(full)
        error[inside] = output / output.size
        back, weights = np.zeros_like(signal), np.zeros_like(kernel)
        for place in product(range(self.kernel), repeat=self.dimensions):
            own = error[self._places(place)]
            back += own @ kernel[place].T
            weights[place] = signal.reshape(-1, self.channels[0]).T @ own.reshape(-1, self.channels[1])
        value = np.array(np.square(output).mean() / 2)
        return {"value": value, "gradient.kernel": weights, "gradient.signal": back}

    def _places(self, place: tuple[int, ...]) -> tuple[slice, ...]:
        """Where a weight of the kernel adds to the whole output."""
        return (slice(None), *(slice(first, first + self.stride * self.length, self.stride) for first in place))
