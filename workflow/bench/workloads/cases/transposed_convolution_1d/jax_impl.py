"""Transposed convolution in JAX, in any number of dimensions: by `conv_transpose`, and by zeros written beforehand."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.transposed_convolution_1d.problem import Problem

Outputs = dict[str, jax.Array]
LAYOUTS = {1: ("NWC", "WIO", "NWC"), 2: ("NHWC", "HWIO", "NHWC")}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of either task, in either form."""
    mode, expert = form_of(mode)
    axes = range(problem.dimensions)
    strides = [problem.stride] * problem.dimensions
    around = [(problem.kernel - 1 - problem.margin,) * 2] * problem.dimensions
    layout = LAYOUTS[problem.dimensions]
    spread = [(0, 0, 0), *[(0, 0, problem.stride - 1)] * problem.dimensions, (0, 0, 0)]

    def reported(signal: jax.Array, kernel: jax.Array) -> jax.Array:
        return jax.lax.conv_transpose(signal, jnp.flip(kernel, axes), strides, around, dimension_numbers=layout)

    def padded(signal: jax.Array, kernel: jax.Array) -> jax.Array:
        zeros = jax.lax.pad(signal, jnp.zeros((), signal.dtype), spread)
        ones = [1] * problem.dimensions
        return jax.lax.conv_general_dilated(zeros, jnp.flip(kernel, axes), ones, around, dimension_numbers=layout)

    transposed = padded if expert else reported

    def forward(signal: jax.Array, kernel: jax.Array) -> Outputs:
        return {"output": transposed(signal, kernel)}

    def value(signal: jax.Array, kernel: jax.Array) -> jax.Array:
        return jnp.square(transposed(signal, kernel)).mean() / 2

    def gradient(signal: jax.Array, kernel: jax.Array) -> Outputs:
        found, (back, weights) = jax.value_and_grad(value, argnums=(0, 1))(signal, kernel)
        return {"value": found, "gradient.kernel": weights, "gradient.signal": back}

    data = jax_backend.arrays(problem.inputs() | problem.parameters(), device, precision)
    function = forward if task == "forward" else gradient
    return jax_backend.Evaluation(function, (data["signal"], data["kernel"]), mode=mode)
