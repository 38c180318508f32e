"""The derivative of the dynamic enthalpy for Numba: one loop over the cells, all operations of a cell in registers.

What is computed of a cell is written down by running `problem.derivative` once, on numbers that keep a record.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
from numba import njit, prange

from bench.workloads.science.equation_of_state.problem import derivative


class Number:
    """A number of which its name alone is known; every operation writes a line, and gives a new one."""

    def __init__(self, lines: list[str], text: str) -> None:
        self.lines, self.text = lines, text

    def _made(self, text: str) -> Number:
        name = f"v{len(self.lines)}"
        self.lines.append(f"    {name} = {text}")
        return Number(self.lines, name)

    def __add__(self, other: Any) -> Number:
        return self._made(f"{self.text} + {_text(other)}")

    def __radd__(self, other: Any) -> Number:
        return self._made(f"{_text(other)} + {self.text}")

    def __sub__(self, other: Any) -> Number:
        return self._made(f"{self.text} - {_text(other)}")

    def __rsub__(self, other: Any) -> Number:
        return self._made(f"{_text(other)} - {self.text}")

    def __mul__(self, other: Any) -> Number:
        return self._made(f"{self.text} * {_text(other)}")

    def __rmul__(self, other: Any) -> Number:
        return self._made(f"{_text(other)} * {self.text}")

    def __truediv__(self, other: Any) -> Number:
        return self._made(f"{self.text} / {_text(other)}")

    def __rtruediv__(self, other: Any) -> Number:
        return self._made(f"{_text(other)} / {self.text}")

    def __neg__(self) -> Number:
        return self._made(f"-{self.text}")


def _text(value: Any) -> str:
    """A number's name, or a constant in the type that is computed in."""
    return value.text if isinstance(value, Number) else f"real({value!r})"


def source() -> str:
    """A function `cell(sa, ct, p)` of the numbers of one cell; `real`, `sqrt` and `log` are left to whoever runs it."""
    lines: list[str] = []
    xp: Any = SimpleNamespace(sqrt=lambda x: x._made(f"sqrt({x.text})"), log=lambda x: x._made(f"log({x.text})"))
    sa, ct, p = (Number(lines, name) for name in ("sa", "ct", "p"))
    found = derivative(sa, ct, p, xp)
    return "\n".join(["def cell(sa, ct, p):", *lines, f"    return {found.text}", ""])


@cache
def over_cells(precision: str) -> Callable[..., np.ndarray]:
    """The compiled loop over all cells: (sa, ct, p) of shapes (z, y, x), (z, y, x) and (z,) → (z, y, x)."""
    space: dict[str, Any] = {"real": getattr(numba, precision), "sqrt": math.sqrt, "log": math.log}
    exec(source(), space)  # of this file's own making
    cell = njit(space["cell"])

    @njit(parallel=True)
    def loop(sa: np.ndarray, ct: np.ndarray, p: np.ndarray) -> np.ndarray:
        found = np.empty_like(sa)
        levels, rows, columns = sa.shape
        for place in prange(levels * rows):
            k, j = place // rows, place % rows
            for i in range(columns):
                found[k, j, i] = cell(sa[k, j, i], ct[k, j, i], p[k])
        return found

    return loop


def forward(sa: np.ndarray, ct: np.ndarray, p: np.ndarray) -> dict[str, np.ndarray]:
    """`dHdT` (z, y, x) in J/(kg K) from salinity, temperature (z, y, x) and pressure (z, 1, 1)."""
    return {"dHdT": over_cells(sa.dtype.name)(sa, ct, p.ravel())}
