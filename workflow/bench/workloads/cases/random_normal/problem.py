r"""Normal random numbers.

    x standard normal: mean 0, variance 1, fourth central moment 3

Task `forward`: the draws of one call. They differ from framework to framework, so that moments are observed, of all
draws of a call together, and held against those of the distribution, within about five standard errors (`TOLERANCE`).

**What was reported.** https://github.com/jax-ml/jax/issues/6476 (hudsonchen, April 2021): drawing the weights of a
Bayesian neural network in every step makes it about 3 times as slow as with NumPy's numbers; its notebook is gone, and
it is closed. That was of normal numbers.

**Two forms.** As reported: `jax.random.normal` with the default generator (Threefry, a counter and a key; normal
numbers by the inverse of the error function). As an expert writes it, where reproducibility over versions and devices
is not needed: a key of `unsafe_rbg`. PyTorch: `torch.randn`.

Asymmetry: JAX draws the same numbers in every call, for its key stays; PyTorch's generator moves on.
"""

from __future__ import annotations

import numpy as np

from bench.workloads.cases.forms.moments import OTHER_GENERATOR, PRECISION_TOLERANCE, SIZES, TOLERANCE, Sampled
from bench.workloads.cases.forms.stated import CHECK_TASKS, MODES, PRECISIONS, TASKS

TITLE = {"en": "Normal random numbers", "zh": "正态随机数"}
SECTION = 9
ITEM = "samples"
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "source": "https://github.com/jax-ml/jax/issues/6476",
        "said": {
            "en": "Drawing weights in every step slowed a Bayesian neural network down about 3 times against NumPy’s"
            " numbers (2021); closed. Held here against PyTorch.",
            "zh": "每步抽取权重使贝叶斯神经网络的耗时约为用 NumPy 时的 3 倍（2021 年）；已关闭。此处与 PyTorch 对照。",
        },
    },
    OTHER_GENERATOR,
)


class Problem(Sampled):
    """Draws at one size."""

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """The moments of the distribution."""
        return {"moments": np.array([0.0, 1.0, 3.0])}
