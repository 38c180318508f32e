"""Depthwise convolution in PyTorch: conv2d with groups, channels first."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import conv2d

from bench.backends import Step
from bench.workloads.cases.depthwise_convolution.problem import Problem
from bench.workloads.cases.forms.single_torch import evaluation

Outputs = dict[str, Tensor]


def convolution(images: Tensor, kernel: Tensor) -> Tensor:
    """(batch, channels, height, width) with (channels, 1, 3, 3)."""
    return conv2d(images, kernel, padding=1, groups=kernel.shape[0])


def forward(images: Tensor, kernel: Tensor) -> Outputs:
    """y."""
    return {"output": convolution(images, kernel).movedim(1, -1)}


def gradient(images: Tensor, kernel: Tensor) -> Outputs:
    """v and its gradient."""
    value = convolution(images, kernel).square().mean() / 2
    back, weights = torch.autograd.grad(value, (images, kernel))
    return {
        "value": value.detach(),
        "gradient.kernel": weights[:, 0].movedim(0, -1),
        "gradient.images": back.movedim(1, -1),
    }


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of either task."""
    images = np.ascontiguousarray(np.moveaxis(problem.inputs()["images"], -1, 1))
    kernel = np.ascontiguousarray(np.moveaxis(problem.parameters()["kernel"], -1, 0)[:, None])
    differentiated = task == "gradient"
    function = gradient if differentiated else forward
    return evaluation(function, (images, kernel), mode, device, precision, differentiates=differentiated)
