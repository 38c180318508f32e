"""The heat equation in NumPy: slices of two padded arrays, in place, and the adjoint by hand; or loops for Numba."""

from __future__ import annotations

import numpy as np

from bench.backends import Step, numpy_backend
from bench.workloads.science.heat_equation.problem import Problem, adjoint, evolve


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward` or `gradient`. Raises Unsupported for the mode `numba` where Numba is not installed."""

    def forward(initial: np.ndarray) -> dict[str, np.ndarray]:
        return {"state": evolve(initial, problem.steps)}

    def gradient(initial: np.ndarray, observed: np.ndarray) -> dict[str, np.ndarray]:
        return adjoint(initial, observed, problem.steps)

    data = numpy_backend.arrays(problem.inputs(), device, precision)
    arguments = (data["initial"],) if task == "forward" else (data["initial"], data["observed"])
    if mode == "numba":
        loops = numpy_backend.numba_functions("bench.workloads.science.heat_equation.numba_loops")
        return numpy_backend.Evaluation(getattr(loops, task), (*arguments, problem.steps), compiles=True)
    return numpy_backend.Evaluation(forward if task == "forward" else gradient, arguments)
