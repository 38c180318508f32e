"""Sums over the first axis in PyTorch."""

from __future__ import annotations

from torch import Tensor

from bench.workloads.cases.forms.single_torch import build_of


def sums(x: Tensor) -> dict[str, Tensor]:
    """y."""
    return {"output": x.sum(dim=0)}


build = build_of(sums)
