"""The DNA network in JAX: channels-last convolutions in one dimension, and optax.adam, the state donated."""

from __future__ import annotations

import jax
import optax

from bench.backends import Step, jax_backend
from bench.workloads.training.by_hand.adam import BETA1, BETA2, EPSILON
from bench.workloads.training.dna_cnn.problem import LEARNING_RATE, POOL, Problem

Parameters = dict[str, jax.Array]


def convolution(parameters: Parameters, layer: str, values: jax.Array) -> jax.Array:
    """The layer's convolution of values (batch, length, in): (batch, length, out)."""
    weight = parameters[f"{layer}.weight"][0]
    convolved = jax.lax.conv_general_dilated(values, weight, (1,), "SAME", dimension_numbers=("NWC", "WIO", "NWC"))
    return convolved + parameters[f"{layer}.bias"]


def logits(parameters: Parameters, sequences: jax.Array) -> jax.Array:
    """Logits (batch,) of sequences (batch, length, 4)."""
    first = convolution(parameters, "first", sequences)
    batch, length, filters = first.shape
    first = jax.nn.relu(first.reshape(batch, length // POOL, POOL, filters).max(axis=2))
    second = jax.nn.relu(convolution(parameters, "second", first).max(axis=1))
    hidden = jax.nn.relu(second @ parameters["hidden.weight"] + parameters["hidden.bias"])
    return (hidden @ parameters["output.weight"] + parameters["output.bias"])[:, 0]


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the precision does not exist."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    parameters = jax_backend.arrays(problem.parameters(), device, precision)

    def mixed(parameters: Parameters, sequences: jax.Array) -> jax.Array:
        return logits(jax_backend.cast(parameters, precision), jax_backend.cast(sequences, precision))

    def loss(parameters: Parameters, sequences: jax.Array, labels: jax.Array) -> jax.Array:
        return optax.sigmoid_binary_cross_entropy(mixed(parameters, sequences).astype(labels.dtype), labels).mean()

    if task == "forward":
        return jax_backend.Evaluation(
            lambda parameters, sequences: {"output": mixed(parameters, sequences)},
            (data["sequences"],),
            constants=(parameters,),
            mode=mode,
        )
    batch = (data["sequences"], data["labels"])
    if task == "gradient":
        return jax_backend.Gradient(parameters, loss, batch, mode=mode)
    optimizer = optax.adam(LEARNING_RATE, b1=BETA1, b2=BETA2, eps=EPSILON)
    return jax_backend.Training(parameters, loss, batch, optimizer, mode=mode)
