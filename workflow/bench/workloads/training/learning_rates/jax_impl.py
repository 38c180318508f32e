"""Many learning rates in JAX: vmap over stacked parameters, and a loop over models."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax

from bench.backends import Arrays, Step, jax_backend
from bench.workloads.training.learning_rates.problem import Problem

Parameters = dict[str, jax.Array]


def loss(parameters: Parameters, images: jax.Array, labels: jax.Array) -> jax.Array:
    """Mean cross entropy of a model."""
    hidden = jnp.tanh(images @ parameters["hidden.weight"] + parameters["hidden.bias"])
    scores = hidden @ parameters["output.weight"] + parameters["output.bias"]
    return optax.softmax_cross_entropy_with_integer_labels(scores, labels).mean()


def step(parameters: Parameters, rate: jax.Array, images: jax.Array, labels: jax.Array) -> Parameters:
    """The loss and the parameters of one model after one step."""
    value, gradients = jax.value_and_grad(loss)(parameters, images, labels)
    return {"loss": value} | {
        f"parameter.{name}": parameters[name] - rate * gradient for name, gradient in gradients.items()
    }


together = jax.vmap(step, (0, 0, None, None))


class Loop(jax_backend.Evaluation):
    """The step of one model for every model in turn; its outputs are stacked when they are observed."""

    def __init__(self, models: list[tuple[Parameters, jax.Array]], batch: tuple[jax.Array, ...], *, mode: str) -> None:
        super().__init__(step, (*models[0], *batch), mode=mode)
        self.models, self.batch = models, batch

    def step(self) -> None:
        self.outputs = [self.program.call(*model, *self.batch) for model in self.models]

    def observe(self) -> Arrays:
        return {name: jax_backend.host(jnp.stack([own[name] for own in self.outputs])) for name in self.outputs[0]}

    def cost(self) -> dict[str, float] | None:
        """XLA's cost analysis of one model's step, times the models."""
        return {name: len(self.models) * amount for name, amount in (super().cost() or {}).items()}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `together` or `loop`."""
    data: dict[str, Any] = jax_backend.arrays(problem.inputs(), device, precision)
    stacked = jax_backend.arrays(problem.parameters(), device, precision)
    batch = (data["images"], data["labels"])
    if task == "loop":
        models = [
            ({name: value[place] for name, value in stacked.items()}, data["rates"][place])
            for place in range(problem.rates)
        ]
        return Loop(models, batch, mode=mode)
    return jax_backend.Evaluation(together, (stacked, data["rates"], *batch), mode=mode)
