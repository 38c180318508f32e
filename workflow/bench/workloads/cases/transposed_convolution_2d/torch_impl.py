"""Transposed convolution in two dimensions in PyTorch: that of any number of dimensions."""

from __future__ import annotations

from bench.workloads.cases.transposed_convolution_1d.torch_impl import build as build
