"""All pairs in PyTorch: one fused pass where compiled, else matrix products of blocks of rows."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.science.nbody.problem import SOFTENING, TIME_STEP, Problem

PAIRS_PER_THREAD, ROWS_ON_GPU = 2**15, 4096
"""Of a block: so many that a processor's cache, and a GPU's memory, hold its pairs."""


def fused(x: Tensor, mass: Tensor) -> Tensor:
    """a (n, 3) at positions x (n, 3) as sums of differences, which the compiler fuses into one pass."""
    differences = [coordinate - coordinate[:, None] for coordinate in x.T.contiguous()]
    squared = sum(difference * difference for difference in differences) + SOFTENING**2
    weights = mass / (squared * torch.sqrt(squared))
    return torch.stack([(weights * difference).sum(dim=1) for difference in differences], dim=1)


def blocked(x: Tensor, mass: Tensor) -> Tensor:
    """The same as matrix products, one block of rows after the other."""
    n, coordinates = len(x), x.T.contiguous()
    weighted = torch.cat([mass[:, None] * x, mass[:, None]], dim=1)
    sums = torch.empty_like(weighted)
    height = ROWS_ON_GPU if x.is_cuda else max(1, PAIRS_PER_THREAD * torch.get_num_threads() // n)
    for first in range(0, n, height):
        rows = slice(first, min(first + height, n))
        squared = torch.square_(coordinates[0, rows, None] - coordinates[0]).add_(SOFTENING**2)
        for coordinate in coordinates[1:]:
            difference = coordinate[rows, None] - coordinate
            squared.addcmul_(difference, difference)
        weights = squared.rsqrt().div_(squared)
        weights.diagonal(first).zero_()
        torch.mm(weights, weighted, out=sums[rows])
    return sums[:, :3] - x * sums[:, 3:]


def leapfrog(
    acceleration: Callable[[Tensor, Tensor], Tensor], position: Tensor, velocity: Tensor, mass: Tensor
) -> dict[str, Tensor]:
    """`acceleration`, `position` and `velocity` (n, 3) after one step."""
    middle = position + TIME_STEP / 2 * velocity
    found = acceleration(middle, mass)
    velocity = velocity + TIME_STEP * found
    return {"acceleration": found, "position": middle + TIME_STEP / 2 * velocity, "velocity": velocity}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward`. Raises Unsupported where the mode does not exist."""
    acceleration = blocked if mode == "eager" else fused

    def forward(position: Tensor, velocity: Tensor, mass: Tensor) -> dict[str, Tensor]:
        return leapfrog(acceleration, position, velocity, mass)

    data = torch_backend.tensors(problem.inputs(), device, precision)
    return torch_backend.Evaluation(
        forward,
        (data["position"], data["velocity"], data["mass"]),
        mode=mode,
        device=device,
        precision=precision,
        inference=True,
    )
