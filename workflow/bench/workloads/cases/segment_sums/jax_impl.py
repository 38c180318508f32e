"""Sums over segments in JAX, the batch first or last."""

from __future__ import annotations

import jax
import numpy as np

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.segment_sums.problem import Problem


class Turned(jax_backend.Evaluation):
    """An evaluation whose output has the batch last; what is observed has it first."""

    def observe(self) -> dict[str, np.ndarray]:
        return {name: value.T for name, value in super().observe().items()}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)
    segments = problem.setting["segments"]

    def sums(x: jax.Array, segment: jax.Array) -> dict[str, jax.Array]:
        def one(values: jax.Array) -> jax.Array:
            return jax.ops.segment_sum(values, segment, num_segments=segments)

        return {"output": jax.vmap(one, in_axes=1, out_axes=1 if expert else 0)(x)}

    data = jax_backend.arrays(problem.inputs(), device, precision)
    kind = Turned if expert else jax_backend.Evaluation
    return kind(sums, (data["x"], data["segment"]), mode=mode)
