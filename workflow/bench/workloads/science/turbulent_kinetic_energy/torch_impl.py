"""Turbulent kinetic energy in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from bench.backends import Step, torch_backend
from bench.workloads.science.turbulent_kinetic_energy.problem import (
    Operations,
    Problem,
    integrate,
    thomas,
    unchanged,
)


def solve(a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """What problem.py's `thomas` does, in its memory; for the compiler level by level in tensors of their own."""
    if not torch.compiler.is_compiling():
        return thomas(a, b, c, d)
    upper, right = [c[0] / b[0]], [d[0] / b[0]]
    for k in range(1, len(b)):
        pivot = b[k] - a[k] * upper[-1]
        upper.append(c[k] / pivot)
        right.append((d[k] - a[k] * right[-1]) / pivot)
    solution = right[-1:]
    for k in reversed(range(len(b) - 1)):
        solution.append(right[k] - upper[k] * solution[-1])
    return torch.stack(solution[::-1])


def with_top(values: Tensor, top: Tensor) -> Tensor:
    """The same tensor with its last level overwritten."""
    values[-1] = top
    return values


OPERATIONS = Operations(
    torch, solve, lambda values, below, above: pad(values, (0, 0, 0, 0, below, above)), with_top, unchanged
)


def forward(*arguments: Tensor) -> dict[str, Tensor]:
    """The outputs of one time step from the tensors of `INPUTS`."""
    return integrate(*arguments, operations=OPERATIONS)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`. Raises Unsupported where the mode does not exist."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    return torch_backend.Evaluation(
        forward, tuple(data.values()), mode=mode, device=device, precision=precision, inference=True
    )
