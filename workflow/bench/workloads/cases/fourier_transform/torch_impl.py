"""The Fourier transform in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.workloads.cases.forms.single_torch import build_of


def transform(x: Tensor) -> dict[str, Tensor]:
    """The parts of y."""
    found = torch.fft.fft(x)
    return {"real": found.real, "imaginary": found.imag}


build = build_of(transform)
