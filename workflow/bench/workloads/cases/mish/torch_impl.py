"""Mish in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import softplus

from bench.workloads.cases.forms.single_torch import build_of


def mish(x: Tensor) -> dict[str, Tensor]:
    """y, as the report has it."""
    return {"output": x * torch.tanh(softplus(x))}


build = build_of(mish)
