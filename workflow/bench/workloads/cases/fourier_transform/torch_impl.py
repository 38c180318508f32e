"""The Fourier transform in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.fourier_transform.problem import Problem


def transform(x: Tensor) -> dict[str, Tensor]:
    """The parts of y."""
    found = torch.fft.fft(x)
    return {"real": found.real, "imaginary": found.imag}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    x = torch_backend.tensors(problem.inputs(), device, precision)["x"]
    return torch_backend.Evaluation(transform, (x,), mode=mode, device=device, precision=precision, inference=True)
