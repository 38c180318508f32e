"""Sums over segments in PyTorch: index_add_."""

from __future__ import annotations

from torch import Tensor

from bench.backends import Step
from bench.workloads.cases.forms.single_torch import evaluation
from bench.workloads.cases.segment_sums.problem import Problem


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """The step."""
    segments = problem.setting["segments"]

    def sums(x: Tensor, segment: Tensor) -> dict[str, Tensor]:
        return {"output": x.new_zeros(segments, x.shape[1]).index_add_(0, segment, x).T}

    return evaluation(sums, problem.inputs().values(), mode, device, precision, differentiates=False)
