"""Hyperbolic tangent of a million numbers in JAX."""

from __future__ import annotations

import jax.numpy as jnp

from bench.workloads.cases.forms.elementary_jax import build_of

build = build_of(jnp.tanh)
