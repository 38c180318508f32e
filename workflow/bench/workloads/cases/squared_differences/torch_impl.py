"""Gradient of squared differences in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.workloads.cases.forms.single_torch import build_of


def differentiated(x: Tensor) -> dict[str, Tensor]:
    """v and its gradient."""
    value = torch.zeros((), dtype=x.dtype, device=x.device)
    for axis in range(3):
        value = value + torch.diff(x, dim=axis).square().sum()
    (slope,) = torch.autograd.grad(value, x)
    return {"value": value.detach(), "gradient": slope}


build = build_of(differentiated, differentiates=True)
