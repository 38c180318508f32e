"""Convolution, batch normalisation and training of the image networks in JAX: NHWC convolutions of jax.lax."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np
import optax

from bench.backends import Step, Unsupported, jax_backend
from bench.workloads.training.convolutions.layers import EPSILON, MOMENTUM

Arrays = dict[str, jax.Array]
Convolve = Callable[[jax.Array, jax.Array, int], jax.Array]
Scores = Callable[..., tuple[jax.Array, Arrays]]
"""`scores(convolve, parameters, buffers, images, training=…)`: logits, and the running statistics after them."""
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


@partial(jax.custom_vjp, nondiff_argnums=(2,))
def looped_convolution(x: jax.Array, kernel: jax.Array, stride: int) -> jax.Array:
    """`convolution` whose derivatives are NHWC convolutions too, for the inside of loops on a CPU.

    XLA's CPU compiler brings a convolution into the layout of its fast library only outside of loops; the derivatives
    that JAX makes are in another layout and run fifty times slower inside `lax.scan`.
    """
    return convolution(x, kernel, stride)


def _looped_forward(x: jax.Array, kernel: jax.Array, stride: int) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return convolution(x, kernel, stride), (x, kernel)


def _looped_backward(stride: int, saved: tuple[jax.Array, jax.Array], error: jax.Array) -> tuple[jax.Array, jax.Array]:
    x, kernel = saved
    size, padding = kernel.shape[0], kernel.shape[0] // 2
    reached = [(length - 1) * stride for length in error.shape[1:3]]  # from the first window to the last
    low = size - 1 - padding
    around = [(low, length - 1 - far + padding) for length, far in zip(x.shape[1:3], reached, strict=True)]
    images = correlation(error, kernel[::-1, ::-1].swapaxes(2, 3), *around, spread=stride)
    around = [(padding, size - length - padding + far) for length, far in zip(x.shape[1:3], reached, strict=True)]
    kernels = correlation(x.transpose(3, 1, 2, 0), error.transpose(1, 2, 0, 3), *around, holes=stride)
    return images, kernels.transpose(1, 2, 0, 3)


looped_convolution.defvjp(_looped_forward, _looped_backward)


def chosen(mode: str, device: str) -> Convolve:
    """The convolution whose derivatives are fast in this mode on this device."""
    return looped_convolution if mode == "scan" and device == "cpu" else convolution


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
    steps, convolve = jax_backend.scan_steps(problem, task, data.values()), chosen(mode, device)

    def mixed(parameters: Arrays, buffers: Arrays, images: jax.Array, *, training: bool) -> tuple[jax.Array, Arrays]:
        return scores(convolve, parameters, buffers, jax_backend.cast(images, precision), training=training)

    def forward(parameters: Arrays, buffers: Arrays, images: jax.Array) -> Arrays:
        return {"output": mixed(parameters, buffers, images, training=False)[0]}

    def loss(parameters: Arrays, buffers: Arrays, images: jax.Array, labels: jax.Array) -> Any:
        logits, moved = mixed(parameters, buffers, images, training=True)
        return optax.softmax_cross_entropy_with_integer_labels(logits.astype(images.dtype), labels).mean(), moved

    if task == "forward":
        return jax_backend.Evaluation(
            forward, (data["images"],), constants=(parameters, buffers), mode=mode, steps=steps
        )
    batch = (data["images"], data["labels"])
    if task == "gradient":
        return jax_backend.Gradient(parameters, loss, batch, mode=mode, steps=steps, buffers=buffers)
    return jax_backend.Training(parameters, loss, batch, optimizer, mode=mode, steps=steps, buffers=buffers)
