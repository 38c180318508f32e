"""Random numbers in PyTorch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.forms.moments import Sampled

SEED = 0


class Sampling(torch_backend.Evaluation):
    """Draws, of which the moments are observed."""

    problem: Sampled

    def observe(self) -> dict[str, np.ndarray]:
        return {"moments": self.problem.moments(super().observe()["drawn"])}


def step(problem: Sampled, draw: Callable[[], Tensor], mode: str, device: str, precision: str) -> Step:
    """The draws of a call, each from where the generator is."""
    torch.manual_seed(SEED)
    made = Sampling(lambda: {"drawn": draw()}, (), mode=mode, device=device, precision=precision, inference=True)
    made.problem = problem
    return made


def build_of(draw: Callable[..., Tensor]) -> Callable[[Sampled, str, str, str, str], Step]:
    """The `build` of an implementation from what draws numbers of a type, so many, on a device."""

    def build(problem: Sampled, task: str, mode: str, device: str, precision: str) -> Step:
        kind, draws = torch_backend.data_type(precision, device), problem.setting["draws"]
        return step(problem, lambda: draw(draws, dtype=kind, device=device), mode, device, precision)

    return build
