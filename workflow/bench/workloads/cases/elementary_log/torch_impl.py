"""Logarithm of a million numbers in PyTorch."""

from __future__ import annotations

import torch

from bench.workloads.cases.forms.elementary_torch import build_of

build = build_of(torch.log)
