"""The U-Net in JAX: NHWC convolutions of jax.lax, up-convolution as a matrix product, optax.adam."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import optax

from bench.backends import Step
from bench.workloads.training.by_hand.adam import BETA1, BETA2, EPSILON
from bench.workloads.training.convolutions.jax_convolutions import Arrays, batch_norm, convolution, step
from bench.workloads.training.convolutions.layers import Convolution
from bench.workloads.training.unet.problem import LEARNING_RATE, Problem


def doubling(x: jax.Array, kernel: jax.Array, bias: jax.Array) -> jax.Array:
    """Transposed convolution with a 2 × 2 kernel and stride 2: every pixel becomes 2 × 2, and none overlap."""
    batch, height, width, _ = x.shape
    pixels = jnp.einsum("bpqc,ijcd->bpiqjd", x, kernel)
    return pixels.reshape(batch, 2 * height, 2 * width, -1) + bias


def strongest(x: jax.Array) -> jax.Array:
    """Maximum of 2 × 2 pixels, whose derivative is cheaper than the search that that of `reduce_window` makes."""
    upper, lower = x[:, ::2], x[:, 1::2]
    rows = jnp.maximum(upper, lower)
    return jnp.maximum(rows[:, :, ::2], rows[:, :, 1::2])


def scores(
    problem: Problem, parameters: Arrays, buffers: Arrays, images: jax.Array, *, training: bool
) -> tuple[jax.Array, Arrays]:
    """Logits (batch, side, side, 5) in the type of the images, and the running statistics after them."""
    moved: Arrays = {}

    def stored(name: str) -> jax.Array:
        return parameters[name].astype(images.dtype)

    def staged(x: jax.Array, stage: tuple[Convolution, ...]) -> jax.Array:
        for part in stage:
            y, new = batch_norm(
                convolution(x, stored(f"{part.name}.weight"), 1), part.norm, parameters, buffers, training
            )
            moved.update(new)
            x = jax.nn.relu(y)
        return x

    kept = [staged(images, problem.encoder()[0])]
    for stage in problem.encoder()[1:]:
        kept.append(staged(strongest(kept[-1]), stage))
    x = kept.pop()
    for level in reversed(range(problem.depth)):
        y = doubling(x, stored(f"rise.{level}.weight"), stored(f"rise.{level}.bias"))
        x = staged(jnp.concatenate([kept[level], y], axis=-1), problem.decoder()[level])
    return convolution(x, stored("head.weight"), 1) + stored("head.bias"), {**buffers, **moved}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where precision or mode does not exist."""
    optimizer = optax.adam(LEARNING_RATE, b1=BETA1, b2=BETA2, eps=EPSILON)
    settings = {"task": task, "mode": mode, "device": device, "precision": precision}
    return step(problem, partial(scores, problem), optimizer, **settings)
