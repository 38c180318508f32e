"""Integrated gradients as libraries write them: nn.Sequential on a batch of points; a mapped gradient in JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor, nn


def torch_model(problem: Any) -> nn.Sequential:
    """The trained classifier."""
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)).double()
    parameters = problem.parameters()
    with torch.no_grad():
        for layer in range(3):
            model[2 * layer].weight.copy_(torch.tensor(parameters[f"W{layer}"].T.copy()))
            model[2 * layer].bias.copy_(torch.tensor(parameters[f"b{layer}"]))
    return model.requires_grad_(False)


def torch_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of `primal` or `attribution`."""
    model, steps = torch_model(problem), problem.steps

    def primal(images: Tensor, baseline: Tensor, classes: Tensor) -> Tensor:
        alphas = (torch.arange(steps, dtype=images.dtype) + 0.5) / steps
        points = torch.cat([baseline + alpha * (images - baseline) for alpha in alphas])
        return torch.softmax(model(points), dim=1).gather(1, classes.repeat(steps)[:, None])

    def attribution(images: Tensor, baseline: Tensor, classes: Tensor) -> Tensor:
        alphas = (torch.arange(steps, dtype=images.dtype) + 0.5) / steps
        points = torch.cat([baseline + alpha * (images - baseline) for alpha in alphas]).requires_grad_()
        chosen = torch.softmax(model(points), dim=1).gather(1, classes.repeat(steps)[:, None])
        slopes = torch.autograd.grad(chosen.sum(), points)[0].reshape(steps, *images.shape)
        return (images - baseline) * slopes.mean(dim=0)

    given = tuple(torch.tensor(problem.inputs()[name]) for name in ("images", "baseline", "classes"))
    return {"primal": primal, "attribution": attribution}[task], given


def jax_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of `primal` or `attribution`."""
    parameters = {name: jnp.asarray(value) for name, value in problem.parameters().items()}

    def probability(x: jax.Array, parameters: dict[str, jax.Array], kind: jax.Array) -> jax.Array:
        for layer in (0, 1):
            x = jax.nn.relu(x @ parameters[f"W{layer}"] + parameters[f"b{layer}"])
        return jax.nn.softmax(x @ parameters["W2"] + parameters["b2"])[kind]

    alphas = (jnp.arange(problem.steps) + 0.5) / problem.steps

    def primal(
        parameters: dict[str, jax.Array], images: jax.Array, baseline: jax.Array, classes: jax.Array
    ) -> jax.Array:
        def of_image(image: jax.Array, kind: jax.Array) -> jax.Array:
            return jax.vmap(lambda alpha: probability(baseline + alpha * (image - baseline), parameters, kind))(alphas)

        return jax.vmap(of_image)(images, classes)

    def attribution(
        parameters: dict[str, jax.Array], images: jax.Array, baseline: jax.Array, classes: jax.Array
    ) -> jax.Array:
        def of_image(image: jax.Array, kind: jax.Array) -> jax.Array:
            slopes = jax.vmap(
                lambda alpha: jax.grad(probability)(baseline + alpha * (image - baseline), parameters, kind)
            )(alphas)
            return (image - baseline) * slopes.mean(axis=0)

        return jax.vmap(of_image)(images, classes)

    given = tuple(jnp.asarray(problem.inputs()[name]) for name in ("images", "baseline", "classes"))
    return {"primal": primal, "attribution": attribution}[task], (parameters, *given)
