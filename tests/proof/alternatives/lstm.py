"""The character-level LSTM."""

from __future__ import annotations

import jax

from bench.workloads.training.lstm import jax_impl
from tests.proof.alternatives import Alternative


def hoisted(input_weight: jax.Array, weight: jax.Array, bias: jax.Array, inputs: jax.Array, _: bool) -> jax.Array:
    return jax_impl.recurrent(input_weight, weight, bias, inputs, True)


ALTERNATIVES = (
    Alternative("jax", "derivative of the loop", ("train",), ("jit",), {"recurrent": jax_impl.recurrent.fun}),
    Alternative("jax", "inputs multiplied before the loop", ("train", "forward"), ("jit",), {"recurrent": hoisted}),
)
