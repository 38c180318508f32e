"""Integrated gradients."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import torch
from torch import Tensor
from torch.nn.functional import linear

from bench.workloads.autodiff.integrated_gradients.jax_impl import Weights as JaxWeights
from bench.workloads.autodiff.integrated_gradients.torch_impl import Weights as TorchWeights
from tests.proof.alternatives import Alternative

TASKS = ("primal", "attribution")


def by_points_in_torch(weights: TorchWeights, x: Tensor, classes: Tensor) -> Tensor:
    """`probability` with the scores of a point in a row, so that the softmax goes over ten neighbours."""
    hidden = torch.relu(linear(x, weights["W0"], weights["b0"]))
    hidden = torch.relu(linear(hidden, weights["W1"], weights["b1"]))
    scores = linear(hidden, weights["W2"], weights["b2"])
    return torch.softmax(scores, dim=1).gather(1, classes[:, None])[:, 0]


def by_points_in_jax(weights: JaxWeights, x: jax.Array, classes: jax.Array) -> jax.Array:
    """The same."""
    hidden = jax.nn.relu(x @ weights["W0"] + weights["b0"])
    hidden = jax.nn.relu(hidden @ weights["W1"] + weights["b1"])
    scores = hidden @ weights["W2"] + weights["b2"]
    return jnp.take_along_axis(jax.nn.softmax(scores), classes[:, None], axis=1)[:, 0]


ALTERNATIVES = (
    Alternative("torch", "points first", TASKS, ("compile", "eager"), {"probability": by_points_in_torch}),
    Alternative("jax", "points first", TASKS, ("jit",), {"probability": by_points_in_jax}),
)
