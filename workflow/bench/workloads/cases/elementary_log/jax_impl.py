"""Logarithm of a million numbers in JAX."""

from __future__ import annotations

import jax.numpy as jnp

from bench.backends import Step
from bench.workloads.cases.elementary_log.problem import Problem
from bench.workloads.cases.forms.elementary_jax import step


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    return step(problem, jnp.log, mode, device, precision)
