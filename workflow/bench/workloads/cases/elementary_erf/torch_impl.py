"""Error function of a million numbers in PyTorch."""

from __future__ import annotations

import torch

from bench.backends import Step
from bench.workloads.cases.elementary_erf.problem import Problem
from bench.workloads.cases.forms.elementary_torch import step


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    return step(problem, torch.erf, mode, device, precision)
