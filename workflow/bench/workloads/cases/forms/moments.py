"""Random numbers, checked by their moments: what is drawn differs from framework to framework and from call to call."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single

SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"draws": 100_000},
    "small": {"draws": 1_000_000},
    "medium": {"draws": 100_000_000},
}
TOLERANCE = 0.05
"""About five standard errors of the moments at the size of the gate."""
PRECISION_TOLERANCE = {"float64": TOLERANCE, "float32": TOLERANCE}
OTHER_GENERATOR = {
    "slow": "jax jit",
    "fast": "jax jit-expert",
    "source": "https://github.com/jax-ml/jax/issues/6476",
    "said": {
        "en": "The same, held against our expert’s form: another generator.",
        "zh": "同上，与我们的专家写法对照：换用另一种生成器。",
    },
}
"""The second complaint of a case that draws from one generator or another."""


class Sampled(Single):
    """Draws at one size; a case says what its moments are."""

    sizes = SIZES

    def inputs(self) -> dict[str, np.ndarray]:
        """None: all numbers are drawn in the step."""
        return {}

    def moments(self, drawn: np.ndarray) -> np.ndarray:
        """Mean, variance and fourth central moment of all numbers, of draws that have one distribution."""
        centred = drawn - drawn.mean()
        return np.array([drawn.mean(), np.square(centred).mean(), (centred**4).mean()])

    def flops(self, task: str) -> float:
        """One for each number."""
        return self.items(task)

    def items(self, task: str) -> float:
        """Numbers that are drawn."""
        return float(self.setting["draws"])
