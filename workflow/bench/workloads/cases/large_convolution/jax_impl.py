"""The convolution in JAX."""

from __future__ import annotations

import jax
from jax.scipy.signal import convolve

from bench.workloads.cases.forms.single_jax import build_of


def reported(x: jax.Array) -> dict[str, jax.Array]:
    """By the method that the function takes unless told otherwise."""
    return {"output": convolve(x, x, mode="same")}


def by_fourier(x: jax.Array) -> dict[str, jax.Array]:
    """By Fourier transforms."""
    return {"output": convolve(x, x, mode="same", method="fft")}


build = build_of(reported, by_fourier)
