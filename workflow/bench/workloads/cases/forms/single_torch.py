"""A case that computes one function of its inputs, in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.forms.single import Single

Function = Callable[..., dict[str, Tensor]]


def evaluation(
    function: Function, inputs: Iterable[np.ndarray], mode: str, device: str, precision: str, *, differentiates: bool
) -> Step:
    """The named outputs of a function; `differentiates`: whether it takes derivatives with respect to the inputs."""
    return torch_backend.Evaluation(
        function,
        [torch_backend.tensor(array, device, precision).requires_grad_(differentiates) for array in inputs],
        mode=mode,
        device=device,
        precision=precision,
        inference=not differentiates,
    )


def build_of(function: Function, *, differentiates: bool = False) -> Callable[[Single, str, str, str, str], Step]:
    """The `build` of an implementation: `evaluation` of a function of the problem's inputs, in their order."""

    def build(problem: Single, task: str, mode: str, device: str, precision: str) -> Step:
        inputs = problem.inputs().values()
        return evaluation(function, inputs, mode, device, precision, differentiates=differentiates)

    return build
