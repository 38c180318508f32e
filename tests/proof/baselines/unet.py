"""The U-Net as most people write it: torch.nn's layers on contiguous NCHW images; flax.linen's modules for JAX.

The same shapes and Adam as the workload, the frameworks' own initial weights. JAX's running statistics are computed and
dropped, because the loss has to be a function of parameters.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax
import torch
from flax import linen
from torch import Tensor, nn
from torch.nn import functional

from bench.workloads.training.by_hand.adam import BETA1, BETA2, EPSILON
from bench.workloads.training.convolutions.layers import MOMENTUM
from bench.workloads.training.unet.problem import (
    CHANNELS,
    CLASSES,
    LEARNING_RATE,
    Problem,
)


def double(inputs: int, outputs: int) -> nn.Sequential:
    """Twice convolution, batch normalisation, rectifier."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class UNet(nn.Module):
    """Images (batch, 3, side, side) → logits (batch, 5, side, side)."""

    def __init__(self, base: int, depth: int) -> None:
        super().__init__()
        widths = [base * 2**level for level in range(depth + 1)]
        self.encoder = nn.ModuleList(
            double(inputs, outputs) for inputs, outputs in zip([CHANNELS, *widths], widths, strict=False)
        )
        self.pool = nn.MaxPool2d(2)
        self.risers = nn.ModuleList(nn.ConvTranspose2d(2 * width, width, 2, stride=2) for width in widths[-2::-1])
        self.decoder = nn.ModuleList(double(2 * width, width) for width in widths[-2::-1])
        self.head = nn.Conv2d(base, CLASSES, 1)

    def forward(self, x: Tensor) -> Tensor:
        kept: list[Tensor] = []
        for stage in self.encoder:
            x = stage(self.pool(x) if kept else x)
            kept.append(x)
        kept.pop()
        for riser, stage in zip(self.risers, self.decoder, strict=True):
            x = stage(torch.cat([kept.pop(), riser(x)], dim=1))
        return self.head(x)


def torch_baseline(problem: Problem) -> tuple[nn.Module, Any, tuple[Tensor, ...], torch.optim.Optimizer]:
    """(model, loss, batch, optimizer); images are (batch, 3, side, side), contiguous."""
    model = UNet(problem.base, problem.depth)

    def loss(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        return functional.cross_entropy(model(images), labels)

    data = problem.inputs()
    images = torch.tensor(data["images"], dtype=torch.float32).permute(0, 3, 1, 2).contiguous()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON)
    return model, loss, (images, torch.tensor(data["labels"])), optimizer


class Double(linen.Module):
    """Twice convolution, batch normalisation, rectifier."""

    width: int

    @linen.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """(batch, side, side, in) → (batch, side, side, width)."""
        for _ in range(2):
            x = linen.Conv(self.width, (3, 3), padding="SAME", use_bias=False)(x)
            x = linen.relu(linen.BatchNorm(use_running_average=False, momentum=1 - MOMENTUM)(x))
        return x


class FlaxUNet(linen.Module):
    """Images (batch, side, side, 3) → logits (batch, side, side, 5)."""

    base: int
    depth: int

    @linen.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """The logits."""
        kept = []
        for level in range(self.depth):
            kept.append(Double(self.base * 2**level)(x))
            x = linen.max_pool(kept[-1], (2, 2), (2, 2))
        x = Double(self.base * 2**self.depth)(x)
        for level in reversed(range(self.depth)):
            x = linen.ConvTranspose(self.base * 2**level, (2, 2), (2, 2))(x)
            x = Double(self.base * 2**level)(jnp.concatenate([kept[level], x], axis=-1))
        return linen.Conv(CLASSES, (1, 1))(x)


def jax_baseline(problem: Problem) -> tuple[Any, Any, tuple[jax.Array, ...], optax.GradientTransformation]:
    """(loss, parameters, batch, optimizer); the running statistics are computed and dropped."""
    model = FlaxUNet(problem.base, problem.depth)
    data = problem.inputs()
    batch = (jnp.asarray(data["images"], jnp.float32), jnp.asarray(data["labels"], jnp.int32))
    variables = model.init(jax.random.key(0), batch[0])
    statistics = variables["batch_stats"]

    def loss(parameters: Any, images: jax.Array, labels: jax.Array) -> jax.Array:
        scores, _ = model.apply({"params": parameters, "batch_stats": statistics}, images, mutable=["batch_stats"])
        return optax.softmax_cross_entropy_with_integer_labels(scores, labels).mean()

    return loss, variables["params"], batch, optax.adam(LEARNING_RATE, b1=BETA1, b2=BETA2, eps=EPSILON)
