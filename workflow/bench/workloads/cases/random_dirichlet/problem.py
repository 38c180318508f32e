r"""Random numbers of Dirichlet's distribution.

    x of Dirichlet(1, …, 1) with 10 parts: each part has the mean 1/10 and the variance 9/1100

Task `forward`: the draws of one call. They differ from framework to framework, so that moments are observed, of all
draws of a call together, and held against those of the distribution, within about five standard errors (`TOLERANCE`).

**What was reported.** https://github.com/jax-ml/jax/issues/12919 (adamgayoso, October 2022): on a CPU of Colab (JAX
0.3.23), 128 × 1000 draws with 10 parts take 875 ms in JAX and 128 ms in PyTorch, a factor of 6.8 (eight by the
title), in JAX without `jit`. A maintainer (jakevdp) found JAX 4 times as fast on a GPU, the reporter the opposite.
Open. https://github.com/jax-ml/jax/issues/38141 (Gattocrucco, June 2026): the gamma numbers behind it come from
nested loops of rejections; a series replaced them in his package, tens of times as fast; closed.

**Two forms.** As reported: `jax.random.dirichlet`. As an expert writes it, for parts that are all 1: exponential
numbers over their sum, which need no rejections. PyTorch: `torch.distributions.Dirichlet`.

Asymmetry: JAX draws the same numbers in every call, for its key stays; PyTorch's generator moves on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.moments import PRECISION_TOLERANCE, TOLERANCE, Sampled
from bench.workloads.cases.forms.stated import CHECK_TASKS, MODES, PRECISIONS, TASKS

TITLE = {"en": "Random numbers of Dirichlet’s distribution", "zh": "狄利克雷随机数"}
SECTION = 9
ITEM = "samples"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"rows": 50_000, "draws": 500_000},
    "small": {"rows": 50_000, "draws": 500_000},
    "medium": {"rows": 500_000, "draws": 5_000_000},
}
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "reported": 6.8,
        "source": "https://github.com/jax-ml/jax/issues/12919",
        "said": {
            "en": "On a CPU (JAX 0.3.23, 2022) 6.8 times as slow as PyTorch, without jit. On GPUs reports disagree."
            " Open.",
            "zh": "在 CPU 上（JAX 0.3.23，2022 年，未经 jit）耗时为 PyTorch 的 6.8 倍；在 GPU 上说法不一。未关闭。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "source": "https://github.com/jax-ml/jax/issues/38141",
        "said": {
            "en": "JAX’s gamma numbers come from nested loops; a series was tens of times as fast (2026). Our"
            " expert’s form, for parts that are all 1, needs neither.",
            "zh": "JAX 的伽马随机数来自嵌套循环；改用级数后速度为数十倍（2026 年）。我们的专家写法适用于参数全为 1 的"
            "情形，两者都不需要。",
        },
    },
)

PARTS = 10


class Problem(Sampled):
    """Draws at one size."""

    sizes = SIZES

    def moments(self, drawn: np.ndarray) -> np.ndarray:
        """The means and the variances of the parts, of draws (rows, 10)."""
        return np.concatenate([drawn.mean(axis=0), drawn.var(axis=0)])

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """The moments of the distribution."""
        variance = (PARTS - 1) / (PARTS**2 * (PARTS + 1))
        return {"moments": np.concatenate([np.full(PARTS, 1 / PARTS), np.full(PARTS, variance)])}
