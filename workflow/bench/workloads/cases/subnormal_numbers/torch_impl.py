"""Arithmetic on subnormal numbers in PyTorch: as installed, and with the switch that flushes them to zero."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.forms.modes import form_of
from bench.workloads.cases.subnormal_numbers.problem import HALVINGS, Problem


def sums(a: Tensor, b: Tensor) -> dict[str, Tensor]:
    """y."""
    product = a * b
    total = torch.zeros_like(a)
    for _ in range(HALVINGS):
        product = product * 0.5
        total = total + product.sqrt()
    return {"output": 1 + total}


class AsInstalled(torch_backend.Evaluation):
    """Steps that keep subnormal numbers; between them the switch is as every measurement here has it."""

    def step(self) -> None:
        torch.set_flush_denormal(False)
        super().step()
        torch.set_flush_denormal(True)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step, in either form."""
    mode, expert = form_of(mode)
    kind = torch_backend.Evaluation if expert else AsInstalled
    data = torch_backend.tensors(problem.inputs(), device, precision)
    return kind(sums, (data["a"], data["b"]), mode=mode, device=device, precision=precision, inference=True)
