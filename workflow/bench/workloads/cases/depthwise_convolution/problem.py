r"""Depthwise convolution: every channel with a 3 × 3 kernel of its own.

    y[b, p, q, c] = Σ_{k,l} x[b, p + k − 1, q + l − 1, c] w[k, l, c]      zeros around the image

x: (batch, side, side, channels), w: (3, 3, channels). Value: v = mean(y²)/2; dimensionless.

| task | computed | outputs |
|---|---|---|
| forward | y | output as x |
| gradient | v, ∂v/∂w, ∂v/∂x | value (), gradient.kernel as w, gradient.images as x |

**What was reported.** https://github.com/jax-ml/jax/issues/23713 (from https://github.com/google/flax/issues/4207,
YushaArif99, September 2024): the forward pass of `flax.nnx.Conv` with 256 groups on one image of 124 × 124 is much
slower than in PyTorch and TensorFlow. ZagButNoZig, March 2025, on a Zen 2 processor: 1.61 s in JAX, 0.93 s in PyTorch
(a factor of 1.7); with 64 channels 0.215 s and 0.068 s (3.2). Both are open. The other way round:
https://github.com/pytorch/pytorch/issues/157334 (null-pointer-access, July 2025): on a GPU, with a batch of 128,
PyTorch takes about 3 times as long as JAX; open. https://github.com/jax-ml/jax/issues/13800 (psmaragdis, December
2022): on CUDA the backward pass of a one-dimensional grouped convolution is as slow in JAX as one without groups;
open.

**Two forms.** As reported: `jax.lax.conv_general_dilated` with as many groups as channels. As an expert writes it on
a CPU: the sum of nine shifted images times their weights, which XLA fuses. PyTorch: `conv2d` with groups.

Asymmetries: channels are last in JAX and first in PyTorch, as in the reports.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import MODES, PRECISION_TOLERANCE, PRECISIONS, TOLERANCE

TITLE = {"en": "Depthwise convolution, 3 × 3", "zh": "3 × 3 逐通道卷积"}
SECTION = 9
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"batch": 2, "side": 5, "channels": 3},
    "small": {"batch": 1, "side": 124, "channels": 64},
    "medium": {"batch": 1, "side": 124, "channels": 256},
}
TASKS = CHECK_TASKS = ("forward", "gradient")
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "tasks": ("forward",),
        "reported": 3.2,
        "source": "https://github.com/jax-ml/jax/issues/23713",
        "said": {
            "en": "In JAX 3.2 times as slow as in PyTorch with 64 channels, 1.7 times with 256, on a Zen 2 processor"
            " (2025); open.",
            "zh": "在 Zen 2 处理器上（2025 年），64 个通道时 JAX 的耗时为 PyTorch 的 3.2 倍，256 个通道时为 1.7 倍；未"
            "关闭。",
        },
    },
    {
        "slow": "torch eager",
        "fast": "jax jit",
        "tasks": ("forward",),
        "reported": 3.0,
        "source": "https://github.com/pytorch/pytorch/issues/157334",
        "said": {
            "en": "On a GPU, with a batch of 128 (2025), PyTorch about 3 times as slow as JAX; open.",
            "zh": "在 GPU 上，批量 128（2025 年），PyTorch 的耗时约为 JAX 的 3 倍；未关闭。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "tasks": ("gradient",),
        "source": "https://github.com/jax-ml/jax/issues/13800",
        "said": {
            "en": "With groups, in one dimension on CUDA (2022), JAX’s backward pass is as slow as without any, and"
            " slower than PyTorch’s; open.",
            "zh": "在 CUDA 上的一维情形（2022 年），分组后 JAX 的反向传播与不分组一样慢，且慢于 PyTorch；未关闭。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "source": "https://github.com/google/flax/issues/4207",
        "said": {
            "en": "The report that the one in JAX comes from (2024). Our expert’s form: nine shifted products.",
            "zh": "JAX 一侧报告的出处（2024 年）。我们的专家写法：九个平移后的乘积相加。",
        },
    },
)

SEED = 20260902
KERNEL = 3
Arrays = dict[str, np.ndarray]


class Problem(Single):
    """The images, the kernels and the reference at one size."""

    sizes = SIZES

    def inputs(self) -> Arrays:
        """`images` (batch, side, side, channels), standard normal."""
        side = self.setting["side"]
        shape = (self.setting["batch"], side, side, self.setting["channels"])
        return {"images": np.random.default_rng(SEED).standard_normal(shape)}

    def parameters(self) -> Arrays:
        """`kernel` (3, 3, channels), scaled so that outputs are about 1."""
        shape = (KERNEL, KERNEL, self.setting["channels"])
        return {"kernel": np.random.default_rng(SEED + 1).standard_normal(shape) / KERNEL}

    def flops(self, task: str) -> float:
        """2 for each product; three such passes in a gradient."""
        return 2.0 * KERNEL**2 * self.items(task) * (3 if task == "gradient" else 1)

    def items(self, task: str) -> float:
        """Numbers of the output."""
        return float(self.setting["batch"] * self.setting["side"] ** 2 * self.setting["channels"])

    def reference(self, task: str) -> Arrays:
        """Nine shifted images, and what the chain rule gives back."""
        images, kernel = self.inputs()["images"], self.parameters()["kernel"]
        side = self.setting["side"]
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
        places = {
            place: np.s_[:, place[0] : place[0] + side, place[1] : place[1] + side]
            for place in product(range(KERNEL), repeat=2)
        }
        output = sum(padded[where] * kernel[place] for place, where in places.items())
        if task == "forward":
            return {"output": output}
        error, back, weights = output / output.size, np.zeros_like(padded), np.zeros_like(kernel)
        for place, where in places.items():
            back[where] += error * kernel[place]
            weights[place] = (padded[where] * error).sum(axis=(0, 1, 2))
        return {
            "value": np.array(np.square(output).mean() / 2),
            "gradient.kernel": weights,
            "gradient.images": back[:, 1:-1, 1:-1],
        }
