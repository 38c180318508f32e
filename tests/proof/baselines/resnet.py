"""Residual networks from packages: torchvision's blocks and models for PyTorch, flax.linen's modules for JAX.

The same shapes and SGD as the workload, the packages' own initial weights and their usual layouts: NCHW in torchvision,
NHWC in flax. JAX's running statistics are computed and dropped, because the loss has to be a function of parameters.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

import jax
import jax.numpy as jnp
import optax
import torch
from flax import linen
from torch import Tensor, nn
from torch.nn import functional

from bench.workloads.training.convolutions.layers import MOMENTUM
from bench.workloads.training.resnet.problem import CLASSES, LEARNING_RATE, SGD_MOMENTUM, Problem

OPERATORS: list[Any] = []
"""Keeps what stands in for torchvision's operators alive."""


def torchvision_models() -> Any:
    """torchvision.models.resnet, also where torchvision was built for another PyTorch and has no operators."""
    name = "torchvision.models.resnet"
    try:
        return import_module(name)
    except RuntimeError:  # it registers shapes of two operators that only its C extension, which did not load, defines
        OPERATORS.append(torch.library.Library("torchvision", "DEF"))
        for operator in ("nms", "qnms"):
            OPERATORS[0].define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        return import_module(name)


def cifar_network(problem: Problem) -> nn.Module:
    """He et al.'s network for small images out of torchvision's BasicBlock."""
    block = torchvision_models().BasicBlock
    layers: list[nn.Module] = [
        nn.Conv2d(3, problem.widths[0], 3, padding=1, bias=False),
        nn.BatchNorm2d(problem.widths[0]),
        nn.ReLU(inplace=True),
    ]
    inputs = problem.widths[0]
    for stage, (width, repeats) in enumerate(zip(problem.widths, problem.repeats, strict=True)):
        for number in range(repeats):
            stride = 2 if stage and not number else 1
            shortcut = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))
            layers.append(block(inputs, width, stride, shortcut if stride > 1 else None))
            inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, CLASSES))


def torch_baseline(problem: Problem) -> tuple[nn.Module, Any, tuple[Tensor, ...], torch.optim.Optimizer]:
    """(model, loss, batch, optimizer); images are (batch, 3, side, side), contiguous."""
    if problem.pools:
        resnet = torchvision_models()
        kind = resnet.Bottleneck if "bottleneck" in problem.kinds else resnet.BasicBlock
        model = resnet.ResNet(kind, list(problem.repeats), num_classes=CLASSES)
    else:
        model = cifar_network(problem)

    def loss(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        return functional.cross_entropy(model(images), labels)

    data = problem.inputs()
    images = torch.tensor(data["images"], dtype=torch.float32).permute(0, 3, 1, 2).contiguous()
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=SGD_MOMENTUM)
    return model, loss, (images, torch.tensor(data["labels"])), optimizer


class Block(linen.Module):
    """A basic block or a bottleneck, as in flax's ImageNet example."""

    width: int
    stride: int
    bottleneck: bool

    @linen.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """(batch, side, side, in) → (batch, side/stride, side/stride, out)."""
        convolution = partial(linen.Conv, use_bias=False, padding="SAME")
        norm = partial(linen.BatchNorm, use_running_average=False, momentum=1 - MOMENTUM)
        outputs = 4 * self.width if self.bottleneck else self.width
        if self.bottleneck:
            y = linen.relu(norm()(convolution(self.width, (1, 1))(x)))
            y = linen.relu(norm()(convolution(self.width, (3, 3), self.stride)(y)))
            y = norm()(convolution(outputs, (1, 1))(y))
        else:
            y = linen.relu(norm()(convolution(self.width, (3, 3), self.stride)(x)))
            y = norm()(convolution(outputs, (3, 3))(y))
        if x.shape != y.shape:
            x = norm()(convolution(outputs, (1, 1), self.stride)(x))
        return linen.relu(x + y)


class ResidualNetwork(linen.Module):
    """Images (batch, side, side, 3) → logits (batch, 10)."""

    problem: Problem

    @linen.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """The logits."""
        problem = self.problem
        kernel, stride = problem.stem_kernel, 2 if problem.pools else 1
        x = linen.Conv(problem.widths[0], (kernel, kernel), stride, use_bias=False, padding=kernel // 2)(x)
        x = linen.relu(linen.BatchNorm(use_running_average=False, momentum=1 - MOMENTUM)(x))
        if problem.pools:
            x = linen.max_pool(x, (3, 3), (2, 2), ((1, 1), (1, 1)))
        stages = zip(problem.kinds, problem.widths, problem.repeats, strict=True)
        for stage, (kind, width, repeats) in enumerate(stages):
            for number in range(repeats):
                x = Block(width, 2 if stage and not number else 1, kind == "bottleneck")(x)
        return linen.Dense(CLASSES)(x.mean(axis=(1, 2)))


def jax_baseline(problem: Problem) -> tuple[Any, Any, tuple[jax.Array, ...], optax.GradientTransformation]:
    """(loss, parameters, batch, optimizer); the running statistics are computed and dropped."""
    model = ResidualNetwork(problem)
    data = problem.inputs()
    batch = (jnp.asarray(data["images"], jnp.float32), jnp.asarray(data["labels"], jnp.int32))
    variables = model.init(jax.random.key(0), batch[0])
    statistics = variables["batch_stats"]

    def loss(parameters: Any, images: jax.Array, labels: jax.Array) -> jax.Array:
        scores, _ = model.apply({"params": parameters, "batch_stats": statistics}, images, mutable=["batch_stats"])
        return optax.softmax_cross_entropy_with_integer_labels(scores, labels).mean()

    return loss, variables["params"], batch, optax.sgd(LEARNING_RATE, momentum=SGD_MOMENTUM)
