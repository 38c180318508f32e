"""PyTorch as trials set it, as installed, and with single switches as installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from bench.events import Event
from bench.workloads.autodiff.gmm import torch_impl as gmm
from bench.workloads.autodiff.gmm.problem import Problem as GmmProblem
from bench.workloads.examples.as_installed import problem
from bench.workloads.examples.turns.groups import Place
from bench.workloads.training.mlp import torch_impl as mlp
from bench.workloads.training.mlp.problem import Problem as MlpProblem

SWITCHES = ("subnormal numbers", "threads between operations")


class Worker:
    """A process with the switches of its way."""

    def __init__(self, place: Place, computation: str) -> None:
        """Sets the switches before the first tensor."""
        torch.set_num_threads(place.cores)
        subnormal, between = SWITCHES
        if problem.is_set(place.way, subnormal):
            torch.set_flush_denormal(True)
        if problem.is_set(place.way, between):
            torch.set_num_interop_threads(1)
        self.found: Any = None
        self.call = COMPUTATIONS[computation]()

    def step(self) -> None:
        """One step."""
        self.found = self.call()

    def wait(self) -> None:
        """Nothing: on the CPU all is done."""

    def observe(self) -> float:
        """The smallest number of the last step of `decay`: zero where subnormal numbers are."""
        return float(self.found.min())


def decay() -> Callable[[], torch.Tensor]:
    """A step of `decay`."""
    begin = torch.from_numpy(problem.beginning())
    x = torch.empty_like(begin)

    def call() -> torch.Tensor:
        x.copy_(begin)
        for _ in range(problem.DECAYS):
            x.mul_(problem.RATE)
        return x

    return call


def mixture() -> Callable[[], Any]:
    """A step of the Gaussian mixture's gradient, eager."""
    return gmm.build(GmmProblem("small"), "gradient", "eager", "cpu", "float64").step


def perceptron() -> Callable[[], Any]:
    """A training step of the perceptron, eager."""
    return mlp.build(MlpProblem("small"), "train", "eager", "cpu", "float32").step


COMPUTATIONS: dict[str, Callable[[], Callable[[], Any]]] = {
    "decay": decay,
    "mixture": mixture,
    "perceptron": perceptron,
}


def events() -> Iterator[Event]:
    """Every way."""
    yield from problem.events_of(Worker, problem.ways(SWITCHES))
