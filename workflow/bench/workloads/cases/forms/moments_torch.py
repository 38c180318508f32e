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
