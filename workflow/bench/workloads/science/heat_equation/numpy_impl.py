"""The heat equation in NumPy: slices of two padded arrays, in place."""

from __future__ import annotations

import numpy as np

from bench.backends import Step, Unsupported, numpy_backend
from bench.workloads.science.heat_equation.problem import Problem, evolve


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`. Raises Unsupported for `gradient`: NumPy does not differentiate."""
    if task != "forward":
        raise Unsupported("NumPy does not differentiate")

    def forward(initial: np.ndarray) -> dict[str, np.ndarray]:
        return {"state": evolve(initial, problem.steps)}

    return numpy_backend.Evaluation(forward, (numpy_backend.arrays(problem.inputs(), device, precision)["initial"],))
