"""Isoneutral mixing in NumPy: slices, with the sums over triads in place."""

from __future__ import annotations

import numpy as np

from bench.backends import Step, numpy_backend
from bench.workloads.science.isoneutral_mixing.problem import Problem, diffuse


def forward(*arguments: np.ndarray) -> dict[str, np.ndarray]:
    """`K_11`, `K_22`, `K_33` and `tendency`; the arguments are those of `diffuse`."""
    return diffuse(*arguments)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`."""
    data = numpy_backend.arrays(problem.inputs(), device, precision)
    return numpy_backend.Evaluation(forward, tuple(data.values()))
