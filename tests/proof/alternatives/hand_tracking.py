"""Hand tracking."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.workloads.autodiff.hand_tracking.problem import Chain
from bench.workloads.autodiff.hand_tracking.torch_impl import Data, posed
from bench.workloads.autodiff.rotation.torch_rotation import coefficients
from tests.proof.alternatives import Alternative


def folded(theta: Tensor, data: Data, bones: Chain) -> Tensor:
    """`skinned` with the tangents' product the other way round, which PyTorch makes one product of."""
    transforms = posed(theta, data["base_relatives"], bones) @ data["inverse_base_absolutes"]
    axes = transforms[:, :3].transpose(1, 2).reshape(-1, 3)
    r = theta[:3]
    cosine, sine, rest = coefficients(r.square().sum())
    turned = cosine * axes + sine * torch.linalg.cross(r.expand_as(axes), axes) + rest * (axes @ r)[:, None] * r
    weighted = (data["weights"][:, :, None] * data["base_positions"][:, None]).flatten(1)
    return (turned.mT @ weighted.mT).mT + theta[3:6]


ALTERNATIVES = (
    Alternative("torch", "folded", ("jacobian_complicated", "jacobian"), ("compile", "eager"), {"skinned": folded}),
)
