"""The residual network."""

from __future__ import annotations

from tests.proof.alternatives import Alternative, by_inductor
from tests.proof.alternatives.unet import written_convolution

ALTERNATIVES = (
    Alternative("jax", "derivatives written out", ("train",), ("jit",), {"convolution": written_convolution}),
    *by_inductor(("forward",)),
)
