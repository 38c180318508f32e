"""A case that computes one function of its inputs, in JAX."""

from __future__ import annotations

from collections.abc import Callable

import jax

from bench.backends import Step, jax_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.forms.single import Single


def build_of(*forms: Callable[..., dict[str, jax.Array]]) -> Callable[[Single, str, str, str, str], Step]:
    """The `build` of an implementation from functions of the problem's inputs, in their order, to named outputs: as
    reported, then, where a case has that form, as an expert writes it.
    """

    def build(problem: Single, task: str, mode: str, device: str, precision: str) -> Step:
        mode, expert = form_of(mode)
        inputs = jax_backend.arrays(problem.inputs(), device, precision)
        return jax_backend.Evaluation(forms[expert], tuple(inputs.values()), mode=mode)

    return build
