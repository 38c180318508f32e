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
Layers = Callable[[Parameters, jax.Array], jax.Array]


def recurrent_layer(parameters: Parameters, layer: int, inputs: jax.Array, hoisted: bool) -> jax.Array:
    """Hidden states of all steps, (steps, batch, width) as the inputs.

    `hoisted` multiplies all inputs at once before the loop and not each in its step.
    """
    bias = parameters[f"lstm.bias_ih_l{layer}"] + parameters[f"lstm.bias_hh_l{layer}"]
    input_weight, weight = (parameters[f"lstm.weight_{side}_l{layer}"].T for side in ("ih", "hh"))

    def project(values: jax.Array) -> jax.Array:
        return values @ input_weight + bias

    def cell(state: State, now: jax.Array) -> tuple[State, jax.Array]:
        hidden, memory = state
        gates = (now if hoisted else project(now)) + hidden @ weight
        i, f, g, o = jnp.split(gates, 4, axis=-1)
        memory = jax.nn.sigmoid(f) * memory + jax.nn.sigmoid(i) * jnp.tanh(g)
        hidden = jax.nn.sigmoid(o) * jnp.tanh(memory)
        return (hidden, memory), hidden

    zero = jnp.zeros_like(inputs[0])
    return jax.lax.scan(cell, (zero, zero), project(inputs) if hoisted else inputs)[1]


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
    hoisted = device == "cuda" or task != "forward"
    layers = fused if has_cudnn(device, precision) else partial(scanned, hoisted=hoisted)

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
