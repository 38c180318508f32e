"""Inference in int8 and in float32 in PyTorch."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from bench.events import Event
from bench.measuring.record import attempt
from bench.workloads.examples.quantisation import problem


class Int8Linear(nn.Module):
    """x W + b, with W as integers and scales and x made integers by rows."""

    def __init__(self, integers: np.ndarray, scales: np.ndarray, bias: np.ndarray) -> None:
        """integers: (in, out), kept as (out, in) like every weight of torch; scales and bias: (out,)."""
        super().__init__()
        self.integers: torch.Tensor
        self.register_buffer("integers", torch.from_numpy(integers.T.copy()))
        self.scales, self.bias = nn.Buffer(torch.from_numpy(scales)), nn.Buffer(torch.from_numpy(bias))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(rows, out) of (rows, in)."""
        own = x.abs().amax(-1, keepdim=True) / problem.LARGEST
        q = torch.round(x / own).to(torch.int8)
        return torch._int_mm(q, self.integers.t()).to(torch.float32) * (own * self.scales) + self.bias


def linear(weight: np.ndarray, bias: np.ndarray) -> nn.Linear:
    """A layer in float32. weight: (in, out)."""
    layer = nn.Linear(*weight.shape)
    layer.weight, layer.bias = (nn.Parameter(torch.from_numpy(array)) for array in (weight.T.copy(), bias))
    return layer


def perceptron(layers: list[nn.Module]) -> nn.Sequential:
    """The layers with the exact GELU between them."""
    first, *others = layers
    return nn.Sequential(first, *(module for layer in others for module in (nn.GELU(), layer))).eval()


def ready_made(model: nn.Module) -> tuple[nn.Module, list[str]]:
    """torch's own quantisation of a model, and what it warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made = torch.ao.quantization.quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8)
    return made, list(dict.fromkeys(str(warning.message).split("\n")[0].strip() for warning in caught))


class Inference:
    """The ways to compute the logits."""

    def __init__(self) -> None:
        """Makes the models of both precisions."""
        self.models = {
            "float32": perceptron([linear(*layer) for layer in problem.layers()]),
            "int8": perceptron([Int8Linear(*layer) for layer in problem.int8_layers()]),
        }

    def logits(self, precision: str) -> np.ndarray:
        """The logits of the test images, (360, 10)."""
        return evaluated(self.models[precision])

    def size(self, precision: str) -> int:
        """The bytes of its tensors."""
        return sum(tensor.nbytes for tensor in self.models[precision].state_dict().values())

    def calls(self, images: np.ndarray) -> dict[str, Callable[[], Any]]:
        """What computes the logits of a batch, way by way."""
        x = torch.from_numpy(images)
        ways: dict[str, Callable[..., Any]] = {f"{precision}.eager": model for precision, model in self.models.items()}
        ways |= {
            f"{precision}.compiled": torch.compile(model, fullgraph=True, dynamic=False)
            for precision, model in self.models.items()
        }
        ways["ready-made.eager"] = ready_made(self.models["float32"])[0]
        return {name: inferred(model, x) for name, model in ways.items()}


def inferred(model: Callable[..., Any], x: torch.Tensor) -> Callable[[], Any]:
    """A call without what only training needs."""

    def call() -> Any:
        with torch.inference_mode():
            return model(x)

    return call


def evaluated(model: nn.Module) -> np.ndarray:
    """The logits of the test images."""
    return inferred(model, torch.from_numpy(problem.test_set()[0]))().numpy()


def product_error() -> float:
    """Difference of an int8 product from the exact one."""
    q, integers = (torch.from_numpy(array) for array in problem.operands())
    return problem.product_error(torch._int_mm(q, integers).numpy())


def ready_made_accuracy(inference: Inference) -> tuple[float, str]:
    """The accuracy of torch's ready-made quantisation."""
    made, _ = ready_made(inference.models["float32"])
    return problem.accuracy(evaluated(made), inference.logits("float32"))


def ready_made_warnings(inference: Inference) -> tuple[None, str]:
    """What torch's ready-made quantisation warns of."""
    return None, " ".join(ready_made(inference.models["float32"])[1])


def events() -> Iterator[Event]:
    """Values first, then bytes, accuracy and times."""
    inference = Inference()
    yield attempt("product", product_error)
    yield from problem.events_of(inference)
    yield attempt("accuracy.ready-made", ready_made_accuracy, inference)
    yield attempt("ready-made warns", ready_made_warnings, inference)
