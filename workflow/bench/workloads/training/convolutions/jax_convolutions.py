"""Convolution, batch normalisation and training of the image networks in JAX: NHWC convolutions of jax.lax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np
import optax

from bench.backends import Step, Unsupported, jax_backend
from bench.workloads.training.convolutions.layers import EPSILON, MOMENTUM

Arrays = dict[str, jax.Array]
Scores = Callable[..., tuple[jax.Array, Arrays]]
"""`scores(parameters, buffers, images, training=…)`: logits, and the running statistics after them."""
PIXELS = (0, 1, 2)


class ImageProblem(Protocol):
    """What a step needs to know of the Problem of an image network."""

    size: str

    def inputs(self) -> dict[str, np.ndarray]:
        """The fixed batch: `images` and `labels`."""
        ...

    def parameters(self) -> dict[str, np.ndarray]:
        """Initial parameters."""
        ...

    def buffers(self) -> dict[str, np.ndarray]:
        """Running statistics before the first step."""
        ...


def convolution(x: jax.Array, kernel: jax.Array, stride: int) -> jax.Array:
    """Cross-correlation with zeros around the image: (batch, height, width, in) with (height, width, in, out)."""
    padding = kernel.shape[0] // 2
    return correlation(x, kernel, (padding, padding), (padding, padding), stride=stride)


def correlation(
    x: jax.Array,
    kernel: jax.Array,
    rows: tuple[int, int],
    columns: tuple[int, int],
    *,
    stride: int = 1,
    spread: int = 1,
    holes: int = 1,
) -> jax.Array:
    """The convolution of jax.lax in NHWC, its padding by axis, the image spread and the kernel with holes if asked."""
    return jax.lax.conv_general_dilated(
        x,
        kernel,
        (stride, stride),
        (rows, columns),
        (spread, spread),
        (holes, holes),
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )


def standardise(x: jax.Array, mean: jax.Array, variance: jax.Array, scale: jax.Array, shift: jax.Array) -> jax.Array:
    """(x - mean)/√(variance + ε) · scale + shift, computed in the statistics' type and returned in that of x."""
    factor = scale * jax.lax.rsqrt(variance + EPSILON)
    return ((x - mean) * factor + shift).astype(x.dtype)


def batch_norm(
    x: jax.Array, name: str, parameters: Arrays, buffers: Arrays, training: bool
) -> tuple[jax.Array, Arrays]:
    """The normalised images, and the running statistics that changed: none in inference."""
    scale, shift = parameters[f"{name}.weight"], parameters[f"{name}.bias"]
    old = {part: buffers[f"{name}.running_{part}"] for part in ("mean", "var")}
    if not training:
        return standardise(x, old["mean"], old["var"], scale, shift), {}
    wide = x.astype(scale.dtype)
    mean = wide.mean(axis=PIXELS)
    variance = jnp.square(wide).mean(axis=PIXELS) - jnp.square(mean)
    number = x[..., 0].size
    new = {"mean": mean, "var": variance * (number / (number - 1))}
    return standardise(x, mean, variance, scale, shift), {
        f"{name}.running_{part}": (1 - MOMENTUM) * old[part] + MOMENTUM * new[part] for part in new
    }


def step(
    problem: ImageProblem,
    scores: Scores,
    optimizer: optax.GradientTransformation,
    *,
    task: str,
    mode: str,
    device: str,
    precision: str,
) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where precision or mode does not exist."""
    if mode == "eager" and problem.size not in ("tiny", "small"):
        raise Unsupported("eager JAX keeps every intermediate array and is measured at the size small only")
    data = jax_backend.arrays(problem.inputs(), device, precision)
    parameters = jax_backend.arrays(problem.parameters(), device, precision)
    buffers = jax_backend.arrays(problem.buffers(), device, precision)

    def mixed(parameters: Arrays, buffers: Arrays, images: jax.Array, *, training: bool) -> tuple[jax.Array, Arrays]:
        return scores(parameters, buffers, jax_backend.cast(images, precision), training=training)

    def forward(parameters: Arrays, buffers: Arrays, images: jax.Array) -> Arrays:
        return {"output": mixed(parameters, buffers, images, training=False)[0]}

    def loss(parameters: Arrays, buffers: Arrays, images: jax.Array, labels: jax.Array) -> Any:
        logits, moved = mixed(parameters, buffers, images, training=True)
        return optax.softmax_cross_entropy_with_integer_labels(logits.astype(images.dtype), labels).mean(), moved

    if task == "forward":
        return jax_backend.Evaluation(forward, (data["images"],), constants=(parameters, buffers), mode=mode)
    batch = (data["images"], data["labels"])
    if task == "gradient":
        return jax_backend.Gradient(parameters, loss, batch, mode=mode, buffers=buffers)
    return jax_backend.Training(parameters, loss, batch, optimizer, mode=mode, buffers=buffers)
