"""An elementary function of a million numbers, and its error in units in the last place."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from bench.workloads.cases.forms.single import Single
from bench.workloads.cases.forms.stated import TOLERANCE

MODES = {"torch": ("eager", "compile"), "jax": ("jit",)}
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {"elements": 64},
    "small": {"elements": 2**20},
    "medium": {"elements": 2**24},
}
SEED = 20260909
PRECISION_TOLERANCE = {"float64": TOLERANCE, "float32": 1e-5}


class Elementary(Single):
    """The arguments and the function at one size; a case says which function, and of what."""

    sizes = SIZES

    @abstractmethod
    def function(self, x: np.ndarray) -> np.ndarray:
        """The function in float64, (elements,)."""

    @abstractmethod
    def argument(self) -> np.ndarray:
        """(elements,)."""

    def inputs(self) -> dict[str, np.ndarray]:
        """`x` (elements,), numbers that float32 holds, so that its rounding is no error of the function."""
        return {"x": self.argument().astype(np.float32).astype(np.float64)}

    def flops(self, task: str) -> float:
        """One for each number."""
        return self.items(task)

    def items(self, task: str) -> float:
        """Numbers of the output."""
        return float(self.setting["elements"])

    def reference(self, task: str) -> dict[str, np.ndarray]:
        """The function in float64."""
        return {"output": self.function(self.inputs()["x"])}

    def errors(self, observed: dict[str, np.ndarray], precision: str) -> dict[str, float]:
        """`largest_ulp`: the largest error of an output in units in its last place, in the precision's format.

        In float64 the reference itself is rounded: less than about 1 tells nothing there.
        """
        right = self.reference("forward")["output"]
        kind = np.float64 if precision == "float64" else np.float32
        units = np.spacing(np.abs(right).astype(kind)).astype(np.float64)
        return {"largest_ulp": float(np.max(np.abs(observed["output"] - right) / units))}
