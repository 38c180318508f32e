"""Turbulent kinetic energy in NumPy: one pass over the arrays for each operation."""

from __future__ import annotations

import numpy as np

from bench.backends import Step, numpy_backend
from bench.workloads.science.turbulent_kinetic_energy.problem import NUMPY, Problem, integrate


def forward(*arguments: np.ndarray) -> dict[str, np.ndarray]:
    """The outputs of one time step from the arrays of `INPUTS`."""
    return integrate(*arguments, operations=NUMPY)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`."""
    data = numpy_backend.arrays(problem.inputs(), device, precision)
    return numpy_backend.Evaluation(forward, tuple(data.values()))
