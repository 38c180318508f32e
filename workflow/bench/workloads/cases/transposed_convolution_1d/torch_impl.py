"""Transposed convolution in PyTorch, in one dimension or two: torch.nn.functional's, channels first."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from bench.backends import Step
from bench.workloads.cases.forms.single_torch import evaluation
from bench.workloads.cases.transposed_convolution_1d.problem import Problem

Outputs = dict[str, Tensor]
OPERATORS = {1: functional.conv_transpose1d, 2: functional.conv_transpose2d}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of either task."""
    operator = OPERATORS[problem.dimensions]
    # (kernel, …, in, out) is PyTorch's (in, out, kernel, …)
    signal = np.ascontiguousarray(np.moveaxis(problem.inputs()["signal"], -1, 1))
    kernel = np.ascontiguousarray(np.moveaxis(problem.parameters()["kernel"], (-2, -1), (0, 1)))

    def forward(signal: Tensor, kernel: Tensor) -> Outputs:
        found = operator(signal, kernel, stride=problem.stride, padding=problem.margin)
        return {"output": found.movedim(1, -1)}

    def gradient(signal: Tensor, kernel: Tensor) -> Outputs:
        value = operator(signal, kernel, stride=problem.stride, padding=problem.margin).square().mean() / 2
        back, weights = torch.autograd.grad(value, (signal, kernel))
        return {
            "value": value.detach(),
            "gradient.kernel": weights.movedim((0, 1), (-2, -1)),
            "gradient.signal": back.movedim(1, -1),
        }

    differentiated = task == "gradient"
    function = gradient if differentiated else forward
    return evaluation(function, (signal, kernel), mode, device, precision, differentiates=differentiated)
