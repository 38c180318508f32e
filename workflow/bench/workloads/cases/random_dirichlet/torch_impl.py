"""Random numbers of Dirichlet’s distribution in PyTorch."""

from __future__ import annotations

import torch

from bench.backends import Step, torch_backend
from bench.workloads.cases.forms.moments_torch import step
from bench.workloads.cases.random_dirichlet.problem import PARTS, Problem


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    kind = torch_backend.data_type(precision, device)
    parts = torch.ones(problem.setting["rows"], PARTS, dtype=kind, device=device)
    distribution = torch.distributions.Dirichlet(parts, validate_args=False)
    return step(problem, distribution.sample, mode, device, precision)
