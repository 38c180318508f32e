"""Hyperbolic tangent of a million numbers in PyTorch."""

from __future__ import annotations

import torch

from bench.backends import Step
from bench.workloads.cases.elementary_tanh.problem import Problem
from bench.workloads.cases.forms.elementary_torch import step


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    return step(problem, torch.tanh, mode, device, precision)
