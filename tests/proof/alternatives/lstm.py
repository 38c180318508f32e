"""The character-level LSTM."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.workloads.training.lstm import jax_impl
from tests.proof.alternatives import Alternative

Arrays = tuple[jax.Array, ...]
State = tuple[jax.Array, jax.Array]


def written_out(parameters: dict[str, jax.Array], layer: int, inputs: jax.Array, _: bool) -> jax.Array:
    bias = parameters[f"lstm.bias_ih_l{layer}"] + parameters[f"lstm.bias_hh_l{layer}"]
    input_weight, weight = (parameters[f"lstm.weight_{side}_l{layer}"].T for side in ("ih", "hh"))
    return recurrent(input_weight, weight, bias, inputs)


@jax.custom_vjp
def recurrent(input_weight: jax.Array, weight: jax.Array, bias: jax.Array, inputs: jax.Array) -> jax.Array:
    """Hidden states of all steps of a layer, from zero states.

    Its derivative is written out: that of lax.scan adds up those of the weights in every step of the loop, where one
    product after it does.
    """
    return forward(input_weight, weight, bias, inputs)[0]


def forward(input_weight: jax.Array, weight: jax.Array, bias: jax.Array, inputs: jax.Array) -> tuple[jax.Array, Arrays]:
    """The hidden states, and what their derivative asks for."""

    def cell(state: State, now: jax.Array) -> tuple[State, Arrays]:
        hidden, memory = state
        i, f, g, o = jnp.split(now + hidden @ weight, 4, axis=-1)
        i, f, g, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o)
        memory = f * memory + i * g
        shown = jnp.tanh(memory)
        hidden = o * shown
        return (hidden, memory), (hidden, memory, i, f, g, o, shown)

    zero = jnp.zeros_like(inputs[0])
    kept = jax.lax.scan(cell, (zero, zero), inputs @ input_weight + bias)[1]
    return kept[0], (input_weight, weight, inputs, *kept)


def backward(kept: Arrays, cotangent: jax.Array) -> Arrays:
    """The derivatives by the weights of the inputs and of the states, the bias, and the inputs."""
    input_weight, weight, inputs, hidden, memory, *gates = kept
    zero = jnp.zeros_like(inputs[0])
    before = jnp.concatenate([zero[None], memory[:-1]])

    def cell(state: State, now: Arrays) -> tuple[State, jax.Array]:
        by_hidden, by_memory = state
        cotangent, before, i, f, g, o, shown = now
        by_hidden = by_hidden + cotangent
        by_memory = by_memory + by_hidden * o * (1 - shown * shown)
        parts = (
            by_memory * g * i * (1 - i),
            by_memory * before * f * (1 - f),
            by_memory * i * (1 - g * g),
            by_hidden * shown * o * (1 - o),
        )
        by_gates = jnp.concatenate(parts, axis=-1)
        return (by_gates @ weight.T, by_memory * f), by_gates

    by_gates = jax.lax.scan(cell, (zero, zero), (cotangent, before, *gates), reverse=True)[1]
    return (
        jnp.einsum("tbi,tbo->io", inputs, by_gates),
        jnp.einsum("tbi,tbo->io", hidden[:-1], by_gates[1:]),
        by_gates.sum((0, 1)),
        by_gates @ input_weight.T,
    )


recurrent.defvjp(forward, backward)


def before(parameters: dict[str, jax.Array], layer: int, inputs: jax.Array, _: bool) -> jax.Array:
    return jax_impl.recurrent_layer(parameters, layer, inputs, hoisted=True)


def inside(parameters: dict[str, jax.Array], layer: int, inputs: jax.Array, _: bool) -> jax.Array:
    return jax_impl.recurrent_layer(parameters, layer, inputs, hoisted=False)


ALTERNATIVES = (
    Alternative("jax", "derivative written out", ("train",), ("jit",), {"recurrent_layer": written_out}),
    Alternative("jax", "inputs multiplied in the loop", ("train",), ("jit",), {"recurrent_layer": inside}),
    Alternative("jax", "inputs multiplied before the loop", ("forward",), ("jit",), {"recurrent_layer": before}),
)
