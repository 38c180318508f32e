"""The convolution in PyTorch."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import conv2d, pad

from bench.workloads.cases.forms.single_torch import build_of


def convolve(x: Tensor) -> dict[str, Tensor]:
    """y: the correlation with the image turned, zeros around it so that the middle is left."""
    side = x.shape[0]
    before, after = side - 1 - (side - 1) // 2, (side - 1) // 2
    padded = pad(x, (before, after, before, after))
    return {"output": conv2d(padded[None, None], x.flip(0, 1)[None, None])[0, 0]}


build = build_of(convolve)
