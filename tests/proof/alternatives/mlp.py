"""The perceptron."""

from __future__ import annotations

import jax

from bench.workloads.training.mlp.jax_impl import Parameters
from bench.workloads.training.mlp.problem import LAYERS
from tests.proof.alternatives import Alternative, by_inductor


def by_erfc(parameters: Parameters, images: jax.Array, key: None = None) -> jax.Array:
    """`logits` with the GELU of jax.nn, without dropout."""
    hidden = images
    for layer in LAYERS[:-1]:
        hidden = jax.nn.gelu(hidden @ parameters[f"{layer}.weight"] + parameters[f"{layer}.bias"], approximate=False)
    return hidden @ parameters[f"{LAYERS[-1]}.weight"] + parameters[f"{LAYERS[-1]}.bias"]


ALTERNATIVES = (
    Alternative("jax", "GELU of jax.nn", ("train", "forward"), ("jit",), {"logits": by_erfc}),
    *by_inductor(("forward",)),
)
