"""Random numbers of Dirichlet’s distribution in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.forms.moments_jax import step
from bench.workloads.cases.random_dirichlet.problem import PARTS, Problem


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)
    kind = jax_backend.data_type(precision, device)
    rows = problem.setting["rows"]

    def reported(key: jax.Array) -> jax.Array:
        return jax.random.dirichlet(key, jnp.ones((rows, PARTS), kind), dtype=kind)

    def exponential(key: jax.Array) -> jax.Array:
        found = jax.random.exponential(key, (rows, PARTS), kind)
        return found / found.sum(axis=1, keepdims=True)

    return step(problem, exponential if expert else reported, mode, device, fast=False)
