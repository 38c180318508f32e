"""Turbulent kinetic energy in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.science.turbulent_kinetic_energy.problem import Problem, integrate, thomas


def forward(*arguments: Tensor) -> dict[str, Tensor]:
    """The outputs of one time step from the tensors of `INPUTS`."""
    return integrate(*arguments, xp=torch, solve=thomas)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`. Raises Unsupported where the mode does not exist."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    return torch_backend.Evaluation(forward, tuple(data.values()), mode=mode, device=device, precision=precision,
                                    inference=True)
