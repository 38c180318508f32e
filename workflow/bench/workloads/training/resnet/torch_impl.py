"""The residual network in PyTorch: channels-last tensors, nn.BatchNorm2d and the fused SGD."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.backends import Step, torch_backend
from bench.workloads.training.convolutions.torch_convolutions import convolution, norm
from bench.workloads.training.resnet.problem import CLASSES, LEARNING_RATE, SGD_MOMENTUM, Block, Problem


class Residual(nn.Module):
    """relu(path(x) + shortcut(x)), the modules named like torchvision's."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        for number, part in enumerate(block.path, 1):
            self.add_module(f"conv{number}", convolution(part))
            self.add_module(f"bn{number}", norm(part))
        self.length = len(block.path)
        self.downsample = nn.Sequential(convolution(block.shortcut), norm(block.shortcut)) if block.shortcut else None

    def forward(self, x: Tensor) -> Tensor:
        y = x
        for number in range(1, self.length + 1):
            y = self.get_submodule(f"bn{number}")(self.get_submodule(f"conv{number}")(y))
            y = functional.relu(y, inplace=True) if number < self.length else y
        return functional.relu(y.add_(x if self.downsample is None else self.downsample(x)), inplace=True)


class ResidualNetwork(nn.Module):
    """Stem, stages of residual blocks, mean over the pixels, affine layer; images are (batch, height, width, 3)."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        stem = problem.stem()
        self.conv1, self.bn1 = convolution(stem), norm(stem)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1) if problem.pools else nn.Identity()
        blocks = iter(problem.blocks())
        for stage, repeats in enumerate(problem.repeats, 1):
            self.add_module(f"layer{stage}", nn.Sequential(*(Residual(next(blocks)) for _ in range(repeats))))
        self.stages = len(problem.repeats)
        self.fc = nn.Linear(problem.features, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        x = images.permute(0, 3, 1, 2)  # channels-last in memory already
        x = self.pool(functional.relu(self.bn1(self.conv1(x)), inplace=True))
        for stage in range(1, self.stages + 1):
            x = self.get_submodule(f"layer{stage}")(x)
        return self.fc(x.mean(dim=(2, 3)))


def loss(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Mean cross entropy; autocast computes it in float32."""
    return functional.cross_entropy(model(images), labels)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `train`, `forward` or `gradient`. Raises Unsupported where the mode or precision does not exist."""
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    data = torch_backend.tensors(problem.inputs(), device, precision)
    model: Any = torch_backend.place(
        ResidualNetwork(problem), problem.parameters(), device, precision, buffers=problem.buffers()
    )
    model = model.to(memory_format=torch.channels_last)
    if task == "forward":
        model.eval()
        return torch_backend.Evaluation(
            lambda images: {"output": model(images)}, (data["images"],), inference=True, **settings
        )
    batch = (data["images"], data["labels"])
    if task == "gradient":
        return torch_backend.Gradient(model, loss, batch, **settings)
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=SGD_MOMENTUM, fused=True)
    return torch_backend.Training(model, loss, batch, optimizer, **settings)
