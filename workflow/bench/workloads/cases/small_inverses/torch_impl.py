"""Inverses of small matrices in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.workloads.cases.forms.single_torch import build_of


def inverses(x: Tensor) -> dict[str, Tensor]:
    """Y."""
    return {"output": torch.linalg.inv(x)}


build = build_of(inverses)
