"""Random numbers, checked by their moments: what is drawn differs from framework to framework and from call to call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single

TASKS = ("forward",)
MODES = {"torch": ("eager",), "jax": ("jit", "jit-expert")}
TOLERANCE = 0.05
"""About five standard errors of the moments at the size of the gate."""


class Sampled(Single):
    """Draws at one size; a case says what its moments are."""

    sizes: Mapping[str, Mapping[str, Any]]

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
