"""The dense layer in JAX: a product, a sum and optax.sgd, the state donated."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import optax

from bench.backends import Step, jax_backend
from bench.workloads.training.template.problem import LEARNING_RATE, Problem

Parameters = dict[str, jax.Array]


def dense(parameters: Parameters, x: jax.Array) -> jax.Array:
    """y = x W + b, shape (rows, outputs)."""
    return x @ parameters["weight"] + parameters["bias"]


def loss(parameters: Parameters, x: jax.Array, t: jax.Array) -> jax.Array:
    """The mean squared residual."""
    return jnp.mean((dense(parameters, x) - t) ** 2)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the precision does not exist."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    parameters = jax_backend.arrays(problem.parameters(), device, precision)
    if task == "forward":
        return jax_backend.Evaluation(
            lambda parameters, x: {"output": dense(parameters, x)},
            (data["x"],),
            constants=(parameters,),
            mode=mode,
        )
    batch = (data["x"], data["t"])
    if task == "gradient":
        return jax_backend.Gradient(parameters, loss, batch, mode=mode)
    steps = jax_backend.steps_per_call(problem, mode)
    return jax_backend.Training(parameters, loss, batch, optax.sgd(LEARNING_RATE), mode=mode, steps=steps)
