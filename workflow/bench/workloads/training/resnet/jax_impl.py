"""The residual network in JAX: NHWC convolutions of jax.lax, batch normalisation in one pass, optax.sgd."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import optax

from bench.backends import Step
from bench.workloads.training.convolutions.jax_convolutions import Arrays, batch_norm, convolution, step
from bench.workloads.training.convolutions.layers import Convolution
from bench.workloads.training.resnet.problem import LEARNING_RATE, SGD_MOMENTUM, Problem


def scores(
    problem: Problem, parameters: Arrays, buffers: Arrays, images: jax.Array, *, training: bool
) -> tuple[jax.Array, Arrays]:
    """Logits (batch, 10) in the type of the images, and the running statistics after them."""
    moved: Arrays = {}

    def convolved(x: jax.Array, part: Convolution) -> jax.Array:
        kernel = parameters[f"{part.name}.weight"].astype(x.dtype)
        y, new = batch_norm(convolution(x, kernel, part.stride), part.norm, parameters, buffers, training)
        moved.update(new)
        return y

    x = jax.nn.relu(convolved(images, problem.stem()))
    if problem.pools:
        x = jax.lax.reduce_window(
            x, -jnp.inf, jax.lax.max, (1, 3, 3, 1), (1, 2, 2, 1), ((0, 0), (1, 1), (1, 1), (0, 0))
        )
    for block in problem.blocks():
        y = x
        for number, part in enumerate(block.path):
            y = convolved(jax.nn.relu(y) if number else y, part)
        x = jax.nn.relu(y + (x if block.shortcut is None else convolved(x, block.shortcut)))
    weight, bias = (parameters[f"fc.{part}"].astype(x.dtype) for part in ("weight", "bias"))
    return x.mean(axis=(1, 2)) @ weight + bias, {**buffers, **moved}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where precision or mode does not exist."""
    optimizer = optax.sgd(LEARNING_RATE, momentum=SGD_MOMENTUM)
    settings = {"task": task, "mode": mode, "device": device, "precision": precision}
    return step(problem, partial(scores, problem), optimizer, **settings)
