"""Convolution and batch normalisation of the image networks in PyTorch."""

from __future__ import annotations

from torch import nn

from bench.workloads.training.convolutions.layers import EPSILON, MOMENTUM, Convolution


def convolution(part: Convolution) -> nn.Conv2d:
    """A convolution without bias, zeros around the image."""
    return nn.Conv2d(part.inputs, part.outputs, part.kernel, part.stride, part.kernel // 2, bias=False)


def norm(part: Convolution) -> nn.BatchNorm2d:
    """The batch normalisation after a convolution."""
    return nn.BatchNorm2d(part.outputs, EPSILON, MOMENTUM)
