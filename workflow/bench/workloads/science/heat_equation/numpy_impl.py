"""The heat equation in NumPy: slices of two padded arrays, in place, and the adjoint by hand."""

from __future__ import annotations

import numpy as np

from bench.backends import Step, numpy_backend
from bench.workloads.science.heat_equation.problem import Problem, adjoint, evolve


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward` or `gradient`."""

    def forward(initial: np.ndarray) -> dict[str, np.ndarray]:
        return {"state": evolve(initial, problem.steps)}

    def gradient(initial: np.ndarray, observed: np.ndarray) -> dict[str, np.ndarray]:
        return adjoint(initial, observed, problem.steps)

    data = numpy_backend.arrays(problem.inputs(), device, precision)
    if task == "forward":
        return numpy_backend.Evaluation(forward, (data["initial"],))
    return numpy_backend.Evaluation(gradient, (data["initial"], data["observed"]))
