"""JAX as trials set it, as installed, and with single switches as installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp

from bench.events import Event
from bench.workloads.autodiff.gmm import jax_impl as gmm
from bench.workloads.autodiff.gmm.problem import Problem as GmmProblem
from bench.workloads.examples.as_installed import problem
from bench.workloads.examples.turns.groups import Place
from bench.workloads.training.mlp import jax_impl as mlp
from bench.workloads.training.mlp.problem import Problem as MlpProblem

SWITCHES = ("exact products",)


class Worker:
    """A process with the switches of its way."""

    def __init__(self, place: Place, computation: str) -> None:
        """Sets the switches before the first array."""
        if problem.is_set(place.way, SWITCHES[0]):
            jax.config.update("jax_default_matmul_precision", "float32")
        jax.config.update("jax_enable_x64", computation == "mixture")
        self.found: Any = None
        self.call = COMPUTATIONS[computation]()

    def step(self) -> None:
        """Start one step."""
        self.found = self.call()

    def wait(self) -> None:
        """Return when all of it is computed."""
        jax.block_until_ready(self.found)
        jax.effects_barrier()

    def observe(self) -> float:
        """The smallest number of the last step of `decay`: zero where subnormal numbers are."""
        return float(self.found.min())


def decay() -> Callable[[], jax.Array]:
    """A step of `decay`: a compiled multiplication for each, as eager PyTorch has it."""
    begin = jnp.asarray(problem.beginning())
    multiply = jax.jit(lambda x: problem.RATE * x, donate_argnums=0)

    def call() -> jax.Array:
        x = begin.copy()
        for _ in range(problem.DECAYS):
            x = multiply(x)
        return x

    return call


def mixture() -> Callable[[], Any]:
    """A step of the Gaussian mixture's gradient, compiled."""
    step = _compiled(gmm.build(GmmProblem("small"), "gradient", "jit", "cpu", "float64"))

    def call() -> Any:
        step.step()
        return step.outputs

    return call


def perceptron() -> Callable[[], Any]:
    """A training step of the perceptron, compiled."""
    step = _compiled(mlp.build(MlpProblem("small"), "train", "jit", "cpu", "float32"))

    def call() -> Any:
        step.step()
        return step.state

    return call


def _compiled(step: Any) -> Any:
    for _, stage in step.stages():
        stage()
    return step


COMPUTATIONS: dict[str, Callable[[], Callable[[], Any]]] = {
    "decay": decay,
    "mixture": mixture,
    "perceptron": perceptron,
}


def events() -> Iterator[Event]:
    """Every way."""
    yield from problem.events_of(Worker, problem.ways(SWITCHES))
