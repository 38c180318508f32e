"""Values that people report, in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from bench.events import Event
from bench.measuring.record import attempt
from bench.workloads.examples.reported_values import problem
from bench.workloads.examples.reported_values.problem import shown


def running_mean() -> str:
    """Of batch normalisation after one batch."""
    layer = torch.nn.BatchNorm1d(1, momentum=problem.MOMENTUM)
    layer(torch.from_numpy(problem.BATCH))
    return shown(layer.running_mean)


def transposed(padding: Any) -> str:
    """The transposed convolution."""
    signal, kernel = (torch.from_numpy(array)[None, None] for array in (problem.SIGNAL, problem.KERNEL))
    return shown(functional.conv_transpose1d(signal, kernel, stride=problem.STRIDE, padding=padding))


def resized() -> str:
    """The smaller image."""
    image = torch.from_numpy(problem.IMAGE)[None, None]
    return shown(functional.interpolate(image, size=problem.SMALLER, mode="linear"))


WAYS: dict[str, Callable[[Tensor], Tensor]] = {
    "by norm": lambda x: torch.linalg.vector_norm(x) ** 2,
    "root": lambda x: x.square().sum().sqrt() ** 2,
    "sum": lambda x: x.square().sum(),
}


def slope(way: Callable[[Tensor], Tensor]) -> str:
    """The gradient at zero."""
    x = torch.from_numpy(problem.ORIGIN).clone().requires_grad_()
    return shown(torch.autograd.grad(way(x), x)[0])


def checked() -> str:
    """The gradient by the root, with the framework's check."""
    with torch.autograd.set_detect_anomaly(True):
        return slope(WAYS["root"])


def small(function: Callable[[Tensor], Tensor], flushed: bool = False) -> str:
    """A function of the subnormal number."""
    torch.set_flush_denormal(flushed)
    try:
        return shown(function(torch.full((8,), float(problem.SUBNORMAL)))[0])
    finally:
        torch.set_flush_denormal(False)


OPERATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "log": torch.log,
    "square root": torch.sqrt,
    "is zero": lambda x: (x == 0).float(),
}


def events() -> Iterator[Event]:
    """What came of every example."""
    yield attempt("meaning.momentum", running_mean)
    yield attempt("meaning.padding 1", transposed, 1)
    yield attempt("meaning.padding SAME", transposed, "same")
    yield attempt("meaning.8 to 3 values", resized)
    for name, way in WAYS.items():
        yield attempt(f"norm.{name}", slope, way)
    yield attempt("norm.checked", checked)
    for name, operation in OPERATIONS.items():
        yield attempt(f"subnormal.{name}", small, operation)
    for name, operation in OPERATIONS.items():
        yield attempt(f"subnormal.{name}.flushed", small, operation, True)
