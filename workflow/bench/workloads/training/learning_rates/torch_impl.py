"""Many learning rates in PyTorch: torch.func's vmap over stacked parameters, and a loop over models."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, vmap
from torch.nn import functional

from bench.backends import Arrays, Step, torch_backend
from bench.workloads.training.learning_rates.problem import Problem

Parameters = dict[str, Tensor]


class Perceptron(nn.Module):
    """64 → width → 10 with tanh; its own parameters hold no numbers, they are given with every call."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        shapes = problem.shapes()
        self.hidden, self.output = (nn.Linear(*shapes[layer], device="meta") for layer in ("hidden", "output"))

    def forward(self, images: Tensor) -> Tensor:
        """The scores, (batch, 10)."""
        return self.output(torch.tanh(self.hidden(images)))


def loss(parameters: Parameters, model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Mean cross entropy of a model with the given parameters."""
    return functional.cross_entropy(functional_call(model, parameters, (images,)), labels)


def step(model: nn.Module, parameters: Parameters, rate: Tensor, images: Tensor, labels: Tensor) -> Parameters:
    """The loss and the parameters of one model after one step."""
    gradients, value = grad_and_value(loss)(parameters, model, images, labels)
    return {"loss": value} | {
        f"parameter.{name}": parameters[name] - rate * gradient for name, gradient in gradients.items()
    }


def tape_step(model: nn.Module, parameters: Parameters, rate: Tensor, images: Tensor, labels: Tensor) -> Parameters:
    """The same, differentiated by the tape."""
    value = loss(parameters, model, images, labels)
    gradients = torch.autograd.grad(value, list(parameters.values()))
    with torch.no_grad():
        return {"loss": value} | {
            f"parameter.{name}": parameter - rate * gradient
            for (name, parameter), gradient in zip(parameters.items(), gradients, strict=True)
        }


def turned(arrays: Arrays) -> Arrays:
    """Stacked parameters, the weights turned from (in, out), as the problem has them, to (out, in) of `nn.Linear`."""
    return {
        name: np.ascontiguousarray(value.swapaxes(-2, -1)) if name.endswith(".weight") else value
        for name, value in arrays.items()
    }


class Together(torch_backend.Evaluation):
    """The step of all models; its outputs are turned when they are observed."""

    def observe(self) -> Arrays:
        return turned(super().observe())


class Loop(Together):
    """The step of one model for every model in turn; its outputs are stacked when they are observed."""

    def __init__(
        self, single: Any, models: list[tuple[Parameters, Tensor]], batch: tuple[Tensor, ...], **settings: Any
    ) -> None:
        super().__init__(single, batch, **settings)
        self.models = models
        if settings["mode"] == "compile-max":  # a CUDA graph writes the results of every call to the same place
            captured = self.function
            self.function = lambda *given: {name: value.clone() for name, value in captured(*given).items()}
        self.found: list[Parameters] = []

    def step(self) -> None:
        self.found = [self.function(*model, *self.arguments) for model in self.models]

    def uncompiled(self) -> None:
        """One call without the compiler."""
        for model in self.models:
            self.plain(*model, *self.arguments)

    def observe(self) -> Arrays:
        self.outputs = {name: torch.stack([own[name] for own in self.found]) for name in self.found[0]}
        return super().observe()


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `together` or `loop`. Raises Unsupported where the mode does not exist."""
    settings: dict[str, Any] = {"mode": mode, "device": device, "precision": precision}
    data = torch_backend.tensors(problem.inputs(), device, precision)
    parameters = turned(problem.parameters())
    stacked = torch_backend.tensors(parameters, device, precision)
    model, batch = Perceptron(problem), (data["images"], data["labels"])
    if task == "together":

        def together(parameters: Parameters, rates: Tensor, images: Tensor, labels: Tensor) -> Parameters:
            return vmap(lambda own, rate: step(model, own, rate, images, labels))(parameters, rates)

        return Together(together, (stacked, data["rates"], *batch), **settings)
    by_tape = mode == "eager"
    models = [
        ({name: value[place].clone().requires_grad_(by_tape) for name, value in stacked.items()}, rate)
        for place, rate in enumerate(data["rates"].unbind())
    ]
    single = tape_step if by_tape else step
    return Loop(lambda *arguments: single(model, *arguments), models, batch, **settings)
