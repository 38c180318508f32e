"""The LSTM in JAX: lax.scan over time, or cuDNN's LSTM where JAX has it, and optax.adam, the state donated."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import optax
from jax.experimental import rnn

from bench.backends import Step, jax_backend
from bench.workloads.training.by_hand.adam import BETA1, BETA2, EPSILON
from bench.workloads.training.lstm.problem import LAYERS, LEARNING_RATE, Problem

Parameters = dict[str, jax.Array]
State = tuple[jax.Array, jax.Array]
Arrays = tuple[jax.Array, ...]
Layers = Callable[[Parameters, jax.Array], jax.Array]


def recurrent_layer(parameters: Parameters, layer: int, inputs: jax.Array, hoisted: bool) -> jax.Array:
    """Hidden states of all steps, (steps, batch, width) as the inputs.

    `hoisted` multiplies all inputs at once before the loop and not each in its step.
    """
    bias = parameters[f"lstm.bias_ih_l{layer}"] + parameters[f"lstm.bias_hh_l{layer}"]
    input_weight, weight = (parameters[f"lstm.weight_{side}_l{layer}"].T for side in ("ih", "hh"))
    return recurrent(input_weight, weight, bias, inputs, hoisted)


@partial(jax.custom_vjp, nondiff_argnums=(4,))
def recurrent(
    input_weight: jax.Array, weight: jax.Array, bias: jax.Array, inputs: jax.Array, hoisted: bool
) -> jax.Array:
    """Hidden states of all steps of a layer, from zero states.

    Its derivative is written out: that of lax.scan adds up those of the weights in every step of the loop, where one
    product after it does.
    """
    return forward(input_weight, weight, bias, inputs, hoisted)[0]


def forward(
    input_weight: jax.Array, weight: jax.Array, bias: jax.Array, inputs: jax.Array, hoisted: bool
) -> tuple[jax.Array, Arrays]:
    """The hidden states, and what their derivative asks for."""

    def project(values: jax.Array) -> jax.Array:
        return values @ input_weight + bias

    def cell(state: State, now: jax.Array) -> tuple[State, Arrays]:
        hidden, memory = state
        gates = (now if hoisted else project(now)) + hidden @ weight
        i, f, g, o = jnp.split(gates, 4, axis=-1)
        i, f, g, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o)
        memory = f * memory + i * g
        shown = jnp.tanh(memory)
        hidden = o * shown
        return (hidden, memory), (hidden, memory, i, f, g, o, shown)

    zero = jnp.zeros_like(inputs[0])
    kept = jax.lax.scan(cell, (zero, zero), project(inputs) if hoisted else inputs)[1]
    return kept[0], (input_weight, weight, inputs, *kept)


def backward(hoisted: bool, kept: Arrays, cotangent: jax.Array) -> Arrays:
    """The derivatives by the weights of the inputs and of the states, the bias, and the inputs."""
    input_weight, weight, inputs, hidden, memory, *gates = kept
    zero = jnp.zeros_like(inputs[0])
    before = jnp.concatenate([zero[None], memory[:-1]])

    def cell(state: State, now: Arrays) -> tuple[State, Arrays]:
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
        found = (by_gates,) if hoisted else (by_gates, by_gates @ input_weight.T)
        return (by_gates @ weight.T, by_memory * f), found

    by_gates, *by_inputs = jax.lax.scan(cell, (zero, zero), (cotangent, before, *gates), reverse=True)[1]
    return (
        jnp.einsum("tbi,tbo->io", inputs, by_gates),
        jnp.einsum("tbi,tbo->io", hidden[:-1], by_gates[1:]),
        by_gates.sum((0, 1)),
        by_gates @ input_weight.T if hoisted else by_inputs[0],
    )


recurrent.defvjp(forward, backward)


def scanned(parameters: Parameters, inputs: jax.Array, hoisted: bool) -> jax.Array:
    """All layers by lax.scan: hidden states of the last, (steps, batch, width) as the inputs."""
    for layer in range(LAYERS):
        inputs = recurrent_layer(parameters, layer, inputs, hoisted)
    return inputs


def fused(parameters: Parameters, inputs: jax.Array) -> jax.Array:
    """The same by cuDNN, which takes the batch first and all parameters in one array: matrices, then biases."""
    steps, batch, width = inputs.shape
    packed = jnp.concatenate(
        [
            parameters[f"lstm.{kind}_{side}_l{layer}"].ravel()
            for kind in ("weight", "bias")
            for layer in range(LAYERS)
            for side in ("ih", "hh")
        ]
    )
    zero = jnp.zeros((LAYERS, batch, width), inputs.dtype)
    lengths = jnp.full((batch,), steps, jnp.int32)
    hidden, _, _ = rnn.lstm(
        inputs.swapaxes(0, 1),
        zero,
        zero,
        packed,
        lengths,
        input_size=width,
        hidden_size=width,
        num_layers=LAYERS,
        dropout=0.0,
        bidirectional=False,
    )
    return hidden.swapaxes(0, 1)


def has_cudnn(device: str, precision: str) -> bool:
    """Whether jax.experimental.rnn can be used: it computes in float32 and TF32, on CUDA alone."""
    return device == "cuda" and precision in ("float32", "tf32") and rnn.gpu_rnn is not None


def scores(layers: Layers, parameters: Parameters, characters: jax.Array) -> jax.Array:
    """Scores of the next character, (steps, batch, 128), of characters (steps, batch)."""
    hidden = layers(parameters, parameters["embedding.weight"].at[characters].get(mode="promise_in_bounds"))
    return hidden @ parameters["output.weight"] + parameters["output.bias"]


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the mode or precision does not exist."""
    if mode == "eager" and problem.size != "tiny":
        raise jax_backend.Unsupported("eager JAX compiles the body of lax.scan again in every step of this model")
    data = jax_backend.arrays(problem.inputs(), device, precision)
    parameters = jax_backend.arrays(problem.parameters(), device, precision)
    layers = fused if has_cudnn(device, precision) else partial(scanned, hoisted=device == "cuda")

    def mixed(parameters: Parameters, characters: jax.Array) -> jax.Array:
        return scores(layers, jax_backend.cast(parameters, precision), characters)

    def loss(parameters: Parameters, characters: jax.Array, targets: jax.Array) -> jax.Array:
        found = mixed(parameters, characters).astype(parameters["output.bias"].dtype)
        return optax.softmax_cross_entropy_with_integer_labels(found, targets).mean()

    if task == "forward":
        return jax_backend.Evaluation(
            lambda parameters, characters: {"output": mixed(parameters, characters)},
            (data["characters"],),
            constants=(parameters,),
            mode=mode,
        )
    batch = (data["characters"], data["targets"])
    if task == "gradient":
        return jax_backend.Gradient(parameters, loss, batch, mode=mode)
    optimizer = optax.adam(LEARNING_RATE, b1=BETA1, b2=BETA2, eps=EPSILON)
    return jax_backend.Training(parameters, loss, batch, optimizer, mode=mode)
