r"""Gradient through a loop whose state is many numbers: each an array of its own, or all of them one array.

    s_i ← tanh(a_i s_i + b_i s_{i−1} + u_t),   i = 0 … n − 1,  s = 0 at first

for t = 1 … T, where s_{−1} is s_{n−1}, and all are from before the step; u: (T,), a, b: (n,). Value: v = Σ_i s_i²/2
after the last step; dimensionless. Task `gradient`: v, ∂v/∂a and ∂v/∂b, by reverse mode. Reference: the chain rule by
hand, backwards over the steps.

**What was reported.** https://github.com/jax-ml/jax/issues/40150 (LegrandNico, August 2026): the gradient through a
`lax.scan` that carries many scalar leaves takes 28.6 ms on jaxlib 0.4.32 with the runtime of thunks and 0.469 ms
without, a factor of 61, with the same optimised program; on 0.11.1 it is about 35 times 0.4.31's, and the flag that
turned the runtime off is gone. A user (CAOShurong) confirms it on Windows x64 (28.5 ms), with a cost that grows with
the number of leaves: 60 of them over 614 steps. The obvious workaround, says the report, is one array for all. Open.
https://github.com/jax-ml/jax/issues/36799 (olivialynn, April 2026): a scan that carries a 3 × 3 matrix in float64 is
10 times as slow in 0.9.1 as in 0.4.31; a maintainer answers that the runtime degrades many kinds of small models, and
that a design is being worked on. Open.

**Two forms.** As reported: `jax.lax.scan` with a tuple of n scalars. As an expert writes it: one array of n numbers.
The factor of the report is between two versions; here it is between two forms of one version. PyTorch: a loop in
Python over one tensor, compared for its own sake.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import MODES, PRECISIONS, TOLERANCE

TITLE = {"en": "Gradient through a loop that carries many scalars", "zh": "对携带许多标量的循环求梯度"}
SECTION = 9
ITEM = "steps"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"states": 4, "steps": 6},
    "small": {"states": 60, "steps": 200},
    "medium": {"states": 60, "steps": 614},
}
TASKS = CHECK_TASKS = ("gradient",)
PRECISION_TOLERANCE = {"float64": TOLERANCE, "float32": 1e-3}
COMPLAINTS = (
    {
        "slow": "jax jit",
        "fast": "jax jit-expert",
        "source": "https://github.com/jax-ml/jax/issues/40150",
        "said": {
            "en": "Since jaxlib 0.4.32 the gradient through a scan over 60 scalars takes 61 times as long (2026),"
            " about 35 times in 0.11.1: two versions, where we hold two forms against each other. Open.",
            "zh": "自 jaxlib 0.4.32 起，对携带 60 个标量的 scan 求梯度的耗时为此前的 61 倍（2026 年），0.11.1 中约为 3"
            "5 倍：那是两个版本之比，这里比的是两种写法。未关闭。",
        },
    },
    {
        "slow": "jax jit",
        "fast": "torch eager",
        "source": "https://github.com/jax-ml/jax/issues/36799",
        "said": {
            "en": "A scan over a small matrix in float64 is 10 times as slow in JAX 0.9.1 as in 0.4.31 (2026). A"
            " maintainer: known for many small models, a remedy is being designed. Held here against a loop in"
            " PyTorch. Open.",
            "zh": "携带 float64 小矩阵的 scan 在 JAX 0.9.1 中的耗时为 0.4.31 的 10 倍（2026 年）。维护者：许多小模型都"
            "有此问题，正在设计补救办法。此处与 PyTorch 的循环对照。未关闭。",
        },
    },
)

SEED = 20260903
Arrays = dict[str, np.ndarray]


class Problem(Single):
    """The inputs and the coefficients at one size."""

    sizes = SIZES

    def inputs(self) -> Arrays:
        """`drive` (steps,), standard normal."""
        return {"drive": np.random.default_rng(SEED).standard_normal(self.setting["steps"])}

    def parameters(self) -> Arrays:
        """`a` and `b`, each (states,), uniform in [0.2, 0.6]."""
        random = np.random.default_rng(SEED + 1)
        return {name: random.uniform(0.2, 0.6, self.setting["states"]) for name in ("a", "b")}

    def flops(self, task: str) -> float:
        """5 for each number and step forward, about twice that back."""
        return 15.0 * self.setting["states"] * self.setting["steps"]

    def items(self, task: str) -> float:
        """Steps of the loop."""
        return float(self.setting["steps"])

    def reference(self, task: str) -> Arrays:
        """The chain rule, from the last step to the first."""
        drive, (a, b) = self.inputs()["drive"], self.parameters().values()
        states = [np.zeros_like(a)]
        for value in drive:
            states.append(np.tanh(a * states[-1] + b * np.roll(states[-1], 1) + value))
        error, slopes = states[-1], {"a": np.zeros_like(a), "b": np.zeros_like(b)}
        for before, after in zip(states[-2::-1], states[:0:-1], strict=True):
            inner = error * (1 - after**2)
            slopes["a"] += inner * before
            slopes["b"] += inner * np.roll(before, 1)
            error = inner * a + np.roll(inner * b, -1)
        value = np.array(np.square(states[-1]).sum() / 2)
        return {"value": value, "gradient.a": slopes["a"], "gradient.b": slopes["b"]}
