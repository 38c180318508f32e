"""Running sums in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.workloads.cases.forms.single_torch import build_of


def sums(x: Tensor) -> dict[str, Tensor]:
    """y."""
    return {"output": torch.cumsum(x, dim=0)}


build = build_of(sums)
