"""The coefficients of Rodrigues' formula in PyTorch; see rotation.py."""

from __future__ import annotations

import torch
from torch import Tensor


def coefficients(square: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """cos θ, sin θ / θ and (1 - cos θ) / θ² of θ²; the inner `where` keeps 0/0 out of the derivative."""
    moved = square > 0
    safe = torch.where(moved, square, 1.0)
    angle = safe.sqrt()
    cosine = angle.cos()
    return (
        torch.where(moved, cosine, 1.0),
        torch.where(moved, angle.sin() / angle, 1.0),
        torch.where(moved, (1.0 - cosine) / safe, 0.5),
    )
