"""An elementary function in JAX."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.elementary import Elementary


def build_of(function: Callable[[jax.Array], jax.Array]) -> Callable[[Elementary, str, str, str, str], Step]:
    """The `build` of an implementation from its function."""

    def build(problem: Elementary, task: str, mode: str, device: str, precision: str) -> Step:
        x = jax_backend.arrays(problem.inputs(), device, precision)["x"]
        return jax_backend.Evaluation(
            lambda x: {"output": function(x)}, (x,), mode=mode, metrics=partial(problem.errors, precision=precision)
        )

    return build
