"""The model in JAX: here plain functions and a dictionary of arrays; a module of Flax (nnx) or Equinox does as well."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax

from bench.backends import jax_models

from .problem import CLASSES, LEARNING_RATE

Parameters = dict[str, dict[str, jax.Array]]


def model(problem: Any) -> Parameters:
    """The parameters: names and shapes count, (out, in) as in PyTorch; their values come with the workload."""
    features, width = problem.settings["features"], problem.settings["width"]
    return {
        "hidden": {"weight": jnp.zeros((width, features)), "bias": jnp.zeros(width)},
        "out": {"weight": jnp.zeros((CLASSES, width)), "bias": jnp.zeros(CLASSES)},
    }


def scores(parameters: Parameters, x: jax.Array, *_: jax.Array) -> jax.Array:
    """Scores, shape (batch, classes)."""
    hidden = jax.nn.relu(x @ parameters["hidden"]["weight"].T + parameters["hidden"]["bias"])
    return hidden @ parameters["out"]["weight"].T + parameters["out"]["bias"]


def loss(parameters: Parameters, x: jax.Array, labels: jax.Array) -> jax.Array:
    """Mean cross entropy."""
    return optax.softmax_cross_entropy_with_integer_labels(scores(parameters, x), labels).mean()


build = jax_models.workload(model, loss, optimizer=optax.adam(LEARNING_RATE), outputs=scores)
