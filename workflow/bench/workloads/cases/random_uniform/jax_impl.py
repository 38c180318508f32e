"""Uniform random numbers in JAX."""

from __future__ import annotations

import jax

from bench.workloads.cases.forms.moments_jax import build_of

build = build_of(jax.random.uniform)
