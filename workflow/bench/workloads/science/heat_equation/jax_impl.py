"""The heat equation in JAX: one fused time step, repeated by lax.scan, in the mode `eager` by Python.

Reverse mode through lax.scan outside of jit makes a new loop, and compiles it, in every call.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from bench.backends import Step, jax_backend
from bench.workloads.science.heat_equation.problem import FOURIER, Problem


def time_step(u: jax.Array) -> jax.Array:
    """The state (n, n) after one time step; padding by −1 at the other end shifts it, and zeros enter."""

    def shifted(rows: int, columns: int) -> jax.Array:
        return lax.pad(u, jnp.zeros((), u.dtype), ((rows, -rows, 0), (columns, -columns, 0)))

    neighbours = shifted(1, 0) + shifted(-1, 0) + shifted(0, 1) + shifted(0, -1)
    return (1 - 4 * FOURIER) * u + FOURIER * neighbours


def evolve(u: jax.Array, steps: int, eager: bool) -> jax.Array:
    """The state (n, n) after so many time steps."""
    if eager:
        for _ in range(steps):
            u = time_step(u)
        return u
    return lax.scan(lambda now, _: (time_step(now), None), u, length=steps)[0]


def misfit(initial: jax.Array, observed: jax.Array, steps: int, eager: bool) -> jax.Array:
    """Half the sum of squares of the final state less the observed one."""
    return 0.5 * jnp.sum((evolve(initial, steps, eager) - observed) ** 2)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward` or `gradient`."""
    eager = mode == "eager"

    def forward(initial: jax.Array) -> dict[str, jax.Array]:
        return {"state": evolve(initial, problem.steps, eager)}

    def gradient(initial: jax.Array, observed: jax.Array) -> dict[str, jax.Array]:
        value, slope = jax.value_and_grad(misfit)(initial, observed, problem.steps, eager)
        return {"misfit": value, "gradient": slope}

    data = jax_backend.arrays(problem.inputs(), device, precision)
    function, names = (forward, ["initial"]) if task == "forward" else (gradient, ["initial", "observed"])
    return jax_backend.Evaluation(function, [data[name] for name in names], mode=mode)
