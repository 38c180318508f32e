"""The convolution in JAX."""

from __future__ import annotations

import jax
from jax.scipy.signal import convolve

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.large_convolution.problem import Problem


def reported(x: jax.Array) -> dict[str, jax.Array]:
    """By the method that the function takes unless told otherwise."""
    return {"output": convolve(x, x, mode="same")}


def by_fourier(x: jax.Array) -> dict[str, jax.Array]:
    """By Fourier transforms."""
    return {"output": convolve(x, x, mode="same", method="fft")}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)
    x = jax_backend.arrays(problem.inputs(), device, precision)["x"]
    return jax_backend.Evaluation(by_fourier if expert else reported, (x,), mode=mode)
