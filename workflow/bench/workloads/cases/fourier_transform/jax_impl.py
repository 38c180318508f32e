"""The Fourier transform in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.workloads.cases.forms.single_jax import build_of


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


build = build_of(reported, halved)
