"""The Fourier transform in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.fourier_transform.problem import Problem


def reported(x: jax.Array) -> dict[str, jax.Array]:
    """The transform of the signal."""
    found = jnp.fft.fft(x)
    return {"real": found.real, "imaginary": found.imag}


def halved(x: jax.Array) -> dict[str, jax.Array]:
    """The transform of a real signal, and the rest by symmetry."""
    half = jnp.fft.rfft(x)
    rest = half[-2:0:-1]
    return {
        "real": jnp.concatenate([half.real, rest.real]),
        "imaginary": jnp.concatenate([half.imag, -rest.imag]),
    }


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)
    x = jax_backend.arrays(problem.inputs(), device, precision)["x"]
    return jax_backend.Evaluation(halved if expert else reported, (x,), mode=mode)
