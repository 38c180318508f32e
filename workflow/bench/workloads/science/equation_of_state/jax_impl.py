"""The derivative of the dynamic enthalpy in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.science.equation_of_state.problem import Problem, derivative


def forward(sa: jax.Array, ct: jax.Array, p: jax.Array) -> dict[str, jax.Array]:
    """`dHdT` (z, y, x) in J/(kg K) from salinity, temperature (z, y, x) and pressure (z, 1, 1)."""
    return {"dHdT": derivative(sa, ct, p, jnp)}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    return jax_backend.Evaluation(forward, tuple(data.values()), mode=mode)
