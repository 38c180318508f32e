"""Levenberg-Marquardt in NumPy, with the Jacobian written by hand."""

from __future__ import annotations

import numpy as np

from bench.backends import Step, numpy_backend
from bench.workloads.science.least_squares import problem as definition
from bench.workloads.science.least_squares.problem import Problem


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `solve`. Raises Unsupported for the mode `numba` where Numba is not installed."""
    products, compiles = definition.gram, mode == "numba"
    if compiles:
        products = numpy_backend.numba_functions("bench.workloads.science.least_squares.numba_loops").gram

    def solve(guess: np.ndarray, t: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
        return definition.solve(guess, t, y, problem.iterations, products)

    data = numpy_backend.arrays(problem.inputs(), device, precision)
    return numpy_backend.Evaluation(solve, (data["guess"], data["t"], data["y"]), compiles=compiles)
