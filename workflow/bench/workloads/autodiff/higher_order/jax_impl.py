"""Higher derivatives in JAX: nested grad, nested jvp, and the Taylor mode of jax.experimental.jet."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax.experimental.jet import jet

from bench.backends import Step, jax_backend
from bench.workloads.autodiff.higher_order.problem import Problem

Derivatives = tuple[jax.Array, ...]


def function(x: jax.Array) -> jax.Array:
    """f, elementwise."""
    return jnp.exp(-0.5 * x) * jnp.sin(x) + 4 / (4 + x * x)


def reverse(order: int) -> Callable[[jax.Array], Derivatives]:
    """f and its derivatives, each the gradient of the sum over the points of the one before."""
    if order == 0:
        return lambda x: (function(x),)
    below = reverse(order - 1)

    def total(x: jax.Array) -> tuple[jax.Array, Derivatives]:
        every = below(x)
        return jnp.sum(every[-1]), every

    def chain(x: jax.Array) -> Derivatives:
        slope, every = jax.grad(total, has_aux=True)(x)
        return (*every, slope)

    return chain


def forward(order: int) -> Callable[[jax.Array], Derivatives]:
    """f and its derivatives, each the tangent of the one before along 1."""
    if order == 0:
        return lambda x: (function(x),)
    below = forward(order - 1)

    def chain(x: jax.Array) -> Derivatives:
        every, tangents = jax.jvp(below, (x,), (jnp.ones_like(x),))
        return (*every, tangents[-1])

    return chain


def taylor(order: int) -> Callable[[jax.Array], Derivatives]:
    """f and its derivatives, all coefficients of one series pushed through f at once."""

    def every(x: jax.Array) -> Derivatives:
        path = (jnp.ones_like(x), *(jnp.zeros_like(x) for _ in range(order - 1)))
        value, series = jet(function, (x,), (path,))
        return (value, *series)

    return every


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task."""
    chains = {"primal": reverse, "nth_reverse": reverse, "nth_forward": forward, "nth_taylor": taylor}
    every = chains[task](0 if task == "primal" else problem.order)

    def derivatives(x: jax.Array) -> dict[str, jax.Array]:
        return {f"derivative.{n}": value for n, value in enumerate(every(x))}

    data = jax_backend.arrays(problem.inputs(), device, precision)
    return jax_backend.Evaluation(derivatives, (data["x"],), mode=mode)
