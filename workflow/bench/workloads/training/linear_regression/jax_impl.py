"""Linear regression in JAX: optax.sgd, the state donated."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import optax

from bench.backends import Step, jax_backend
from bench.workloads.training.linear_regression.problem import EPOCHS, LEARNING_RATE, Problem


def predict(parameters: dict[str, jax.Array], x: jax.Array) -> jax.Array:
    """x w + b, shape (points, 1)."""
    return x @ parameters["weight"] + parameters["bias"]


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `fit` or `gradient`. Raises Unsupported where the precision does not exist."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    parameters = jax_backend.arrays(problem.parameters(), device, precision)
    batch = (data["x"], data["t"])

    def loss(parameters: dict[str, jax.Array], x: jax.Array, t: jax.Array) -> jax.Array:
        y = predict(jax_backend.cast(parameters, precision), jax_backend.cast(x, precision))
        return jnp.mean((y.astype(t.dtype) - t) ** 2)

    if task == "gradient":
        return jax_backend.Gradient(parameters, loss, batch, mode=mode)
    optimizer = optax.sgd(LEARNING_RATE)
    if task == "fit":
        return jax_backend.Fit(
            parameters,
            loss,
            batch,
            optimizer,
            mode=mode,
            epochs=EPOCHS,
            further=lambda parameters: {"prediction": predict(parameters, data["query"])},
        )
    steps = jax_backend.steps_per_call(problem, mode)
    return jax_backend.Training(parameters, loss, batch, optimizer, mode=mode, steps=steps)
