r"""Arithmetic on subnormal numbers, which processors compute slowly unless they flush them to zero.

    y = 1 + Σ_{k=1..4} √(a b 2^{−k})        a, b: (n,), of which each product is subnormal in float32

Task `forward`: output y, (n,), dimensionless: 1, up to 10⁻¹⁹. a is uniform in [1, 2) times 10⁻²⁰, b = 10⁻¹⁹: every
product is about 10⁻³⁹, below the smallest normal number of float32 (1.2 · 10⁻³⁸), and kept in memory by a framework
that executes one operation after the other. Processors differ in what they compute slowly of such numbers, products
or roots, so that there are both. In float64, where the gate checks it, nothing is subnormal. Reference: the sum.

**What was reported.** https://github.com/uxlfoundation/oneDNN/issues/561 (benjamim93, September 2019): 100 passes of
an LSTM with all inputs −0.1 take 500 forward and 1,600 backward where inputs of 0.1 take 27 and 60 (no unit is given;
factors of 19 and 27). Closed as no bug. That subnormal numbers are behind it we take from like threads, for the
answer itself we could not read: https://github.com/pytorch/pytorch/issues/67797 (November 2021): convolutions with
such weights are 100 times as slow in PyTorch since 1.9, for oneDNN computes with subnormal numbers;
`torch.set_flush_denormal(True)` helps; open. The other side: https://github.com/jax-ml/jax/issues/37762 (JamesDLance,
May 2026): JAX flushes them on CPUs, and so log(10⁻⁴⁰) is −∞, silently; closed. What each framework gives is in the
table of values of this section.

**Two forms.** As reported: PyTorch as installed, which keeps them. As an expert writes it, and as everything else is
measured here: `torch.set_flush_denormal(True)`. JAX flushes always.

Asymmetry: the switch is a thread's. The form as reported turns it in every step, for the thread that calls; with
several threads the others go on flushing, and the factor is smaller.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import CHECK_TASKS, PRECISIONS, TASKS, TOLERANCE

TITLE = {"en": "Arithmetic on subnormal numbers", "zh": "次正规数的运算"}
SECTION = 9
ITEM = "elements"
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"elements": 16},
    "small": {"elements": 1_000_000},
    "medium": {"elements": 10_000_000},
}
MODES = {"torch": ("eager", "eager-expert"), "jax": ("jit",)}
PRECISION_TOLERANCE = {"float64": TOLERANCE, "float32": 1e-6}
COMPLAINTS = (
    {
        "slow": "torch eager",
        "fast": "torch eager-expert",
        "reported": 19.0,
        "source": "https://github.com/uxlfoundation/oneDNN/issues/561",
        "said": {
            "en": "An LSTM of oneDNN takes 19 times as long forward, 27 times backward, for some inputs (2019);"
            " closed as no bug. Held here against the same with subnormal numbers flushed.",
            "zh": "oneDNN 的 LSTM 对某些输入前向耗时为 19 倍，反向为 27 倍（2019 年）；以“不是缺陷”关闭。此处与置"
            "零之后的同一计算对照。",
        },
    },
    {
        "slow": "torch eager",
        "fast": "jax jit",
        "source": "https://github.com/jax-ml/jax/issues/37762",
        "said": {
            "en": "JAX flushes subnormal numbers on CPUs, silently: log(10⁻⁴⁰) is −∞ (2026); closed. That is why it"
            " does not slow down.",
            "zh": "JAX 在 CPU 上把次正规数置为零，且不作提示：log(10⁻⁴⁰) 得 −∞（2026 年）；已关闭。它因此不会变慢。",
        },
    },
)

SEED = 20260908
HALVINGS = 4


class Problem(Single):
    """The factors and the sum at one size."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """`a` and `b`, each (elements,)."""
        elements = self.setting["elements"]
        return {"a": np.random.default_rng(SEED).uniform(1, 2, elements) * 1e-20, "b": np.full(elements, 1e-19)}

    def flops(self, task: str) -> float:
        """A product, and of each of four more a product, a root and a sum; one sum."""
        return (2.0 + 3 * HALVINGS) * self.items(task)

    def items(self, task: str) -> float:
        """Numbers of the output."""
        return float(self.setting["elements"])

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """The sum."""
        data = self.inputs()
        product = data["a"] * data["b"]
        return {"output": 1 + sum(np.sqrt(product * 0.5**place) for place in range(1, HALVINGS + 1))}
