"""Bundle adjustment."""

from __future__ import annotations

import jax

from bench.workloads.autodiff.bundle_adjustment.jax_impl import Columns
from tests.proof.alternatives import Alternative


def promised(rows: jax.Array, index: jax.Array) -> Columns:
    """`columns` with the promise that no index is out of bounds."""
    return tuple(rows.T.at[:, index].get(mode="promise_in_bounds"))


ALTERNATIVES = (Alternative("jax", "indices promised", ("jacobian", "primal"), ("jit",), {"columns": promised}),)
