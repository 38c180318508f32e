"""Integrated gradients in JAX: all points of all paths as one batch."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.autodiff.integrated_gradients.problem import Problem

Weights = dict[str, jax.Array]


def probability(weights: Weights, x: jax.Array, classes: jax.Array) -> jax.Array:
    """The probabilities (n,) of the classes (n,) for points x (n, 64); the scores of a class stand in a row."""
    hidden = jax.nn.relu(x @ weights["W0"] + weights["b0"])
    hidden = jax.nn.relu(hidden @ weights["W1"] + weights["b1"])
    scores = weights["W2"].T @ hidden.T + weights["b2"][:, None]
    return jnp.take_along_axis(jax.nn.softmax(scores, axis=0), classes[None], axis=0)[0]


def path(images: jax.Array, baseline: jax.Array, steps: int) -> jax.Array:
    """The points (m·n, 64) of all paths, those of one α after the other."""
    alphas = (jnp.arange(steps, dtype=images.dtype) + 0.5) / steps
    return (baseline + alphas[:, None, None] * (images - baseline)).reshape(-1, images.shape[1])


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of either task."""
    weights = jax_backend.arrays(problem.parameters(), device, precision)
    data = jax_backend.arrays(problem.inputs(), device, precision)

    def primal(weights: Weights, images: jax.Array, baseline: jax.Array, classes: jax.Array) -> dict[str, jax.Array]:
        points, chosen = path(images, baseline, problem.steps), jnp.tile(classes, problem.steps)
        return {"probability": probability(weights, points, chosen).reshape(problem.steps, -1)}

    def attribution(
        weights: Weights, images: jax.Array, baseline: jax.Array, classes: jax.Array
    ) -> dict[str, jax.Array]:
        points, chosen = path(images, baseline, problem.steps), jnp.tile(classes, problem.steps)
        slopes = jax.grad(lambda points: probability(weights, points, chosen).sum())(points)
        return {"attribution": (images - baseline) * slopes.reshape(problem.steps, *images.shape).mean(axis=0)}

    return jax_backend.Evaluation(
        {"primal": primal, "attribution": attribution}[task],
        (data["images"], data["baseline"], data["classes"]),
        mode=mode,
        constants=(weights,),
        metrics=problem.metrics if task == "attribution" else None,
    )
