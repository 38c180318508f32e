"""Uniform random numbers in JAX."""

from __future__ import annotations

import jax

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.forms.moments_jax import step
from bench.workloads.cases.random_uniform.problem import Problem


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)
    kind = jax_backend.data_type(precision, device)
    draws = problem.setting["draws"]
    return step(problem, lambda key: jax.random.uniform(key, (draws,), kind), mode, device, fast=expert)
