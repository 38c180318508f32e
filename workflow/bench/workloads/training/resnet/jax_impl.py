"""The residual network in JAX: NHWC convolutions of jax.lax, batch normalisation in one pass, optax.sgd."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import optax

from bench.backends import Step, Unsupported, jax_backend
from bench.workloads.training.resnet.layers import EPSILON, MOMENTUM
from bench.workloads.training.resnet.problem import LEARNING_RATE, SGD_MOMENTUM, Convolution, Problem

Arrays = dict[str, jax.Array]
Convolve = Callable[[jax.Array, jax.Array, int], jax.Array]
PIXELS = (0, 1, 2)


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


def scores(
    problem: Problem, convolve: Convolve, parameters: Arrays, buffers: Arrays, images: jax.Array, *, training: bool
) -> tuple[jax.Array, Arrays]:
    """Logits (batch, 10) in the type of the images, and the running statistics after them."""
    moved: Arrays = {}

    def convolved(x: jax.Array, part: Convolution) -> jax.Array:
        kernel = parameters[f"{part.name}.weight"].astype(x.dtype)
        y, new = batch_norm(convolve(x, kernel, part.stride), part.norm, parameters, buffers, training)
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
    if mode == "eager" and problem.size not in ("tiny", "small"):
        raise Unsupported("eager JAX keeps every intermediate array and is measured at the size small only")
    data = jax_backend.arrays(problem.inputs(), device, precision)
    parameters = jax_backend.arrays(problem.parameters(), device, precision)
    buffers = jax_backend.arrays(problem.buffers(), device, precision)
    steps, convolve = jax_backend.scan_steps(problem), chosen(mode, device)

    def forward(parameters: Arrays, buffers: Arrays, images: jax.Array) -> Arrays:
        return {
            "output": scores(
                problem, convolve, parameters, buffers, jax_backend.cast(images, precision), training=False
            )[0]
        }

    def loss(parameters: Arrays, buffers: Arrays, images: jax.Array, labels: jax.Array) -> Any:
        logits, moved = scores(
            problem, convolve, parameters, buffers, jax_backend.cast(images, precision), training=True
        )
        return optax.softmax_cross_entropy_with_integer_labels(logits.astype(images.dtype), labels).mean(), moved

    if task == "forward":
        return jax_backend.Evaluation(
            forward, (data["images"],), constants=(parameters, buffers), mode=mode, steps=steps
        )
    batch = (data["images"], data["labels"])
    if task == "gradient":
        return jax_backend.Gradient(parameters, loss, batch, mode=mode, steps=steps, buffers=buffers)
    optimizer = optax.sgd(LEARNING_RATE, momentum=SGD_MOMENTUM)
    return jax_backend.Training(parameters, loss, batch, optimizer, mode=mode, steps=steps, buffers=buffers)
