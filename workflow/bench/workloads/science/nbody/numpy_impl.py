"""All pairs in NumPy: blocks of rows that stay in the cache, worked on in place, and one matrix product for each."""

from __future__ import annotations

import numpy as np

from bench.backends import Step, numpy_backend
from bench.workloads.science.nbody.problem import SOFTENING, TIME_STEP, Problem

PAIRS = 2**15
"""Of a block: its two arrays stay in the cache."""


def acceleration(x: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """a (n, 3) at positions x (n, 3)."""
    n, coordinates = len(x), np.ascontiguousarray(x.T)
    weighted = np.column_stack([mass[:, None] * x, mass])
    height = min(max(1, PAIRS // n), n)
    squared, scratch = np.empty((2, height, n), x.dtype)
    sums = np.empty((n, 4), x.dtype)
    for first in range(0, n, height):
        rows = slice(first, min(first + height, n))
        block, other = squared[: rows.stop - first], scratch[: rows.stop - first]
        block[...] = SOFTENING**2
        for coordinate in coordinates:
            np.subtract(coordinate[rows, None], coordinate, out=other)
            other *= other
            block += other
        np.sqrt(block, out=other)
        other *= block
        np.divide(1, other, out=other)
        np.fill_diagonal(other[:, rows], 0)
        np.matmul(other, weighted, out=sums[rows])
    return sums[:, :3] - x * sums[:, 3:]


def forward(position: np.ndarray, velocity: np.ndarray, mass: np.ndarray) -> dict[str, np.ndarray]:
    """`acceleration`, `position` and `velocity` (n, 3) after one step."""
    middle = position + TIME_STEP / 2 * velocity
    found = acceleration(middle, mass)
    velocity = velocity + TIME_STEP * found
    return {"acceleration": found, "position": middle + TIME_STEP / 2 * velocity, "velocity": velocity}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`. Raises Unsupported for the mode `numba` where Numba is not installed."""
    data = numpy_backend.arrays(problem.inputs(), device, precision)
    arguments = (data["position"], data["velocity"], data["mass"])
    if mode == "numba":
        loops = numpy_backend.numba_functions("bench.workloads.science.nbody.numba_loops")
        return numpy_backend.Evaluation(loops.forward, arguments, compiles=True)
    return numpy_backend.Evaluation(forward, arguments)
