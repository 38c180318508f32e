"""The derivative of the dynamic enthalpy in PyTorch: polynomials in place, which a compiler fuses just as well."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.science.equation_of_state.problem import Problem, derivative, horner_in_place


def forward(sa: Tensor, ct: Tensor, p: Tensor) -> dict[str, Tensor]:
    """`dHdT` (z, y, x) in J/(kg K) from salinity, temperature (z, y, x) and pressure (z, 1, 1)."""
    return {"dHdT": derivative(sa, ct, p, torch, horner_in_place)}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    return torch_backend.Evaluation(
        forward, tuple(data.values()), mode=mode, device=device, precision=precision, inference=True
    )
