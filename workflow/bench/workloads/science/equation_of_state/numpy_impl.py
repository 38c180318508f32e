"""The derivative of the dynamic enthalpy in NumPy: one pass over the arrays for each operation."""

from __future__ import annotations

import numpy as np

from bench.backends import Step, numpy_backend
from bench.workloads.science.equation_of_state.problem import Problem, derivative, horner_in_place


def forward(sa: np.ndarray, ct: np.ndarray, p: np.ndarray) -> dict[str, np.ndarray]:
    """`dHdT` (z, y, x) in J/(kg K) from salinity, temperature (z, y, x) and pressure (z, 1, 1)."""
    return {"dHdT": derivative(sa, ct, p, np, horner_in_place)}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`. Raises Unsupported for the mode `numba` where Numba is not installed."""
    arguments = tuple(numpy_backend.arrays(problem.inputs(), device, precision).values())
    if mode == "numba":
        loops = numpy_backend.numba_functions("bench.workloads.science.equation_of_state.numba_loops")
        return numpy_backend.Evaluation(loops.forward, arguments, compiles=True)
    return numpy_backend.Evaluation(forward, arguments)
