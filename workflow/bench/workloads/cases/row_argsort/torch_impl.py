"""The order of rows in PyTorch: torch.argsort."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.workloads.cases.forms.single_torch import build_of


def order(x: Tensor) -> dict[str, Tensor]:
    """o."""
    return {"output": torch.argsort(x, dim=1)}


build = build_of(order)
