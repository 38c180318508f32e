"""BERT in JAX: cuDNN's attention where it exists, the head on the masked positions alone, the state donated."""

from __future__ import annotations

import jax
import optax

from bench.backends import Step, jax_backend
from bench.workloads.training.bert.problem import BETAS, DECAY, EPSILON, NORM_EPSILON, RATE, Problem
from bench.workloads.training.gpt.jax_impl import (
    Parameters,
    attention,
    cross_entropy,
    feedforward,
    gelu,
    layer_norm,
    linear,
    tied_scores,
)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the precision does not exist."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    parameters = jax_backend.arrays(problem.parameters(), device, precision)
    batch = (data["tokens"], data["positions"], data["targets"])

    def encoded(parameters: Parameters, tokens: jax.Array) -> jax.Array:
        stream = parameters["tokens.weight"][tokens] + parameters["positions"]
        stream = layer_norm(parameters, "norm", stream, NORM_EPSILON)
        for name in (f"blocks.{layer}" for layer in range(problem.layers)):
            stream += attention(
                parameters, f"{name}.attention", stream, problem.heads, causal=False, device=device, precision=precision
            )
            stream = layer_norm(parameters, f"{name}.attention_norm", stream, NORM_EPSILON)
            stream += feedforward(parameters, f"{name}.feedforward", stream, precision, activation=gelu)
            stream = layer_norm(parameters, f"{name}.feedforward_norm", stream, NORM_EPSILON)
        return stream

    def losses(parameters: Parameters, tokens: jax.Array, positions: jax.Array, targets: jax.Array) -> jax.Array:
        stream = encoded(parameters, tokens).reshape(-1, problem.width)
        rows = stream.at[positions].get(indices_are_sorted=True, unique_indices=True, mode="promise_in_bounds")
        mixed = gelu(linear(parameters, "head", rows, precision))
        scores = tied_scores(parameters, layer_norm(parameters, "head_norm", mixed, NORM_EPSILON), precision)
        return cross_entropy(scores + jax_backend.cast(parameters["bias"], precision), targets)

    def loss(parameters: Parameters, *batch: jax.Array) -> jax.Array:
        return losses(parameters, *batch).mean()

    if task == "forward":
        return jax_backend.Evaluation(
            lambda *arguments: {"output": losses(*arguments)}, batch, constants=(parameters,), mode=mode
        )
    if task == "gradient":
        return jax_backend.Gradient(parameters, loss, batch, mode=mode)
    optimizer = optax.adamw(RATE, b1=BETAS[0], b2=BETAS[1], eps=EPSILON, weight_decay=DECAY)
    return jax_backend.Training(parameters, loss, batch, optimizer, mode=mode)
