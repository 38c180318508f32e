"""All pairs in JAX: one fused pass on a GPU, matrix products of blocks of rows on a CPU."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from bench.backends import Step, jax_backend
from bench.workloads.science.nbody.problem import SOFTENING, TIME_STEP, Problem

PAIRS, ROWS_ON_GPU = 2**18, 4096
"""Of a block: so many that a processor's cache, and a GPU's memory, hold its pairs."""


def rows_of_a_block(bodies: int) -> int:
    """How many rows a processor works on at a time."""
    return min(max(1, PAIRS // bodies), bodies)


def fused(x: jax.Array, mass: jax.Array) -> jax.Array:
    """a (n, 3) at positions x (n, 3) as sums of differences, which XLA fuses into one pass on a GPU."""
    differences = [coordinate - coordinate[:, None] for coordinate in x.T]
    squared = sum(difference * difference for difference in differences) + SOFTENING**2
    weights = mass / (squared * jnp.sqrt(squared))
    return jnp.stack([(weights * difference).sum(axis=1) for difference in differences], axis=1)


def row(x: jax.Array, mass: jax.Array) -> Callable[[tuple[jax.Array, jax.Array]], jax.Array]:
    """The function from a body's number () and position (3,) to its acceleration (3,), as a matrix product."""
    coordinates, numbers = x.T, jnp.arange(len(x))
    weighted = jnp.concatenate([mass[:, None] * x, mass[:, None]], axis=1)

    def one(body: tuple[jax.Array, jax.Array]) -> jax.Array:
        number, own = body
        squared = sum((own[k] - coordinates[k]) ** 2 for k in range(3)) + SOFTENING**2
        weights = jnp.where(numbers == number, 0, 1 / (squared * jnp.sqrt(squared)))
        sums = weights @ weighted
        return sums[:3] - own * sums[3]

    return one


def blocked(x: jax.Array, mass: jax.Array) -> jax.Array:
    """The same as matrix products, one block of rows after the other."""
    return lax.map(row(x, mass), (jnp.arange(len(x)), x), batch_size=rows_of_a_block(len(x)))


def blocked_by_python(x: jax.Array, mass: jax.Array, height: int) -> jax.Array:
    """The same for the mode `eager`, in which lax.map would be compiled."""
    one, numbers = jax.vmap(row(x, mass)), jnp.arange(len(x))
    return jnp.concatenate(
        [one((numbers[first : first + height], x[first : first + height])) for first in range(0, len(x), height)]
    )


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`."""
    acceleration: Callable[[jax.Array, jax.Array], jax.Array] = fused if device == "cuda" else blocked
    if mode == "eager":
        height = ROWS_ON_GPU if device == "cuda" else rows_of_a_block(problem.bodies)
        acceleration = partial(blocked_by_python, height=height)

    def forward(position: jax.Array, velocity: jax.Array, mass: jax.Array) -> dict[str, jax.Array]:
        middle = position + TIME_STEP / 2 * velocity
        found = acceleration(middle, mass)
        velocity = velocity + TIME_STEP * found
        return {"acceleration": found, "position": middle + TIME_STEP / 2 * velocity, "velocity": velocity}

    data = jax_backend.arrays(problem.inputs(), device, precision)
    return jax_backend.Evaluation(
        forward,
        (data["position"], data["velocity"], data["mass"]),
        mode=mode,
    )
