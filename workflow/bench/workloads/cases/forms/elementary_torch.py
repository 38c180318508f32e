"""An elementary function in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.forms.elementary import Elementary


def build_of(function: Callable[[Tensor], Tensor]) -> Callable[[Elementary, str, str, str, str], Step]:
    """The `build` of an implementation from its function."""

    def build(problem: Elementary, task: str, mode: str, device: str, precision: str) -> Step:
        x = torch_backend.tensors(problem.inputs(), device, precision)["x"]
        return torch_backend.Evaluation(
            lambda x: {"output": function(x)},
            (x,),
            mode=mode,
            device=device,
            precision=precision,
            inference=True,
            metrics=partial(problem.errors, precision=precision),
        )

    return build
