"""Depthwise convolution in JAX: with groups, and as nine shifted products."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.depthwise_convolution.problem import KERNEL, Problem
from bench.workloads.cases.forms.modes import form_of

Outputs = dict[str, jax.Array]


def grouped(images: jax.Array, kernel: jax.Array) -> jax.Array:
    """As reported: a convolution with as many groups as channels."""
    return jax.lax.conv_general_dilated(
        images,
        kernel[:, :, None, :],
        (1, 1),
        "SAME",
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=images.shape[-1],
    )


def shifted(images: jax.Array, kernel: jax.Array) -> jax.Array:
    """The sum of nine shifted images times their weights."""
    height, width = images.shape[1:3]
    padded = jnp.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    total = jnp.zeros_like(images)
    for row in range(KERNEL):
        for column in range(KERNEL):
            total = total + padded[:, row : row + height, column : column + width] * kernel[row, column]
    return total


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of either task, in either form."""
    mode, expert = form_of(mode)
    convolution = shifted if expert else grouped

    def forward(images: jax.Array, kernel: jax.Array) -> Outputs:
        return {"output": convolution(images, kernel)}

    def value(images: jax.Array, kernel: jax.Array) -> jax.Array:
        return jnp.square(convolution(images, kernel)).mean() / 2

    def gradient(images: jax.Array, kernel: jax.Array) -> Outputs:
        found, (back, weights) = jax.value_and_grad(value, argnums=(0, 1))(images, kernel)
        return {"value": found, "gradient.kernel": weights, "gradient.images": back}

    data = jax_backend.arrays(problem.inputs() | problem.parameters(), device, precision)
    function = forward if task == "forward" else gradient
    return jax_backend.Evaluation(function, (data["images"], data["kernel"]), mode=mode)
