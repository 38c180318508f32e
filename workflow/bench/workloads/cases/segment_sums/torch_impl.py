"""Sums over segments in PyTorch: index_add_."""

from __future__ import annotations

from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.cases.segment_sums.problem import Problem


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    segments = problem.setting["segments"]

    def sums(x: Tensor, segment: Tensor) -> dict[str, Tensor]:
        return {"output": x.new_zeros(segments, x.shape[1]).index_add_(0, segment, x).T}

    return torch_backend.Evaluation(
        sums, (data["x"], data["segment"]), mode=mode, device=device, precision=precision, inference=True
    )
