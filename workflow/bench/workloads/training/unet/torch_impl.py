"""The U-Net in PyTorch: channels-last tensors, nn.BatchNorm2d, nn.ConvTranspose2d and the fused Adam."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.backends import Step, torch_backend
from bench.workloads.training.by_hand.adam import BETA1, BETA2, EPSILON
from bench.workloads.training.convolutions.layers import Convolution
from bench.workloads.training.convolutions.torch_convolutions import convolution, norm
from bench.workloads.training.unet.problem import CLASSES, LEARNING_RATE, Problem


class Stage(nn.Module):
    """Two 3 × 3 convolutions, each normalised and rectified."""

    def __init__(self, parts: tuple[Convolution, Convolution]) -> None:
        super().__init__()
        first, second = parts
        self.conv1, self.bn1 = convolution(first), norm(first)
        self.conv2, self.bn2 = convolution(second), norm(second)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        return functional.relu(self.bn2(self.conv2(x)), inplace=True)


class UNet(nn.Module):
    """Logits (batch, 5, side, side) of images (batch, side, side, 3)."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.down = nn.ModuleList(Stage(parts) for parts in problem.encoder())
        self.up = nn.ModuleList(Stage(parts) for parts in problem.decoder())
        self.rise = nn.ModuleList(
            nn.ConvTranspose2d(problem.width(level + 1), problem.width(level), 2, stride=2)
            for level in range(problem.depth)
        )
        self.head = nn.Conv2d(problem.base, CLASSES, 1)

    def forward(self, images: Tensor) -> Tensor:
        x = images.permute(0, 3, 1, 2)  # channels-last in memory already
        kept = []
        for number, stage in enumerate(self.down):
            x = stage(functional.max_pool2d(x, 2) if number else x)
            kept.append(x)
        x = kept.pop()
        for level in reversed(range(len(self.up))):
            x = self.up[level](torch.cat([kept[level], self.rise[level](x)], dim=1))
        return self.head(x)


def loss(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Mean cross entropy over all pixels; autocast computes it in float32."""
    return functional.cross_entropy(model(images), labels)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the mode or precision does not exist."""
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    data = torch_backend.tensors(problem.inputs(), device, precision)
    model: Any = torch_backend.place(UNet(problem), problem.parameters(), device, precision, buffers=problem.buffers())
    model = model.to(memory_format=torch.channels_last)
    if task == "forward":
        model.eval()
        return torch_backend.Evaluation(
            lambda images: {"output": model(images).permute(0, 2, 3, 1)}, (data["images"],), inference=True, **settings
        )
    batch = (data["images"], data["labels"])
    if task == "gradient":
        return torch_backend.Gradient(model, loss, batch, **settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True)
    return torch_backend.Training(model, loss, batch, optimizer, **settings)
