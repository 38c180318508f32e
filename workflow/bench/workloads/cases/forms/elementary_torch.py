"""An elementary function in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.forms.elementary import Elementary


def step(problem: Elementary, function: Callable[[Tensor], Tensor], mode: str, device: str, precision: str) -> Step:
    """The function of the arguments."""
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
