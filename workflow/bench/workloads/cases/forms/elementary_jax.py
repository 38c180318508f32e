"""An elementary function in JAX."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.elementary import Elementary


def step(
    problem: Elementary, function: Callable[[jax.Array], jax.Array], mode: str, device: str, precision: str
) -> Step:
    """The function of the arguments."""
    x = jax_backend.arrays(problem.inputs(), device, precision)["x"]
    return jax_backend.Evaluation(
        lambda x: {"output": function(x)}, (x,), mode=mode, metrics=partial(problem.errors, precision=precision)
    )
