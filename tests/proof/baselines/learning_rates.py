"""Many learning rates as the guides of torch.func and JAX write it: one model's loss and gradient, mapped; a loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, stack_module_state, vmap
from torch.nn import functional

TASKS = ("together", "loop")


def _models(problem: Any) -> list[nn.Module]:
    return [
        nn.Sequential(nn.Linear(64, problem.width), nn.Tanh(), nn.Linear(problem.width, 10))
        for _ in range(problem.rates)
    ]


def torch_step(problem: Any, task: str, mode: str) -> tuple[Callable, Callable]:
    """A step of all models, and what waits for it."""
    given, models = problem.inputs(), _models(problem)
    images = torch.tensor(given["images"], dtype=torch.float32)
    labels = torch.tensor(given["labels"], dtype=torch.int64)
    rates = torch.tensor(given["rates"], dtype=torch.float32)
    parameters, _ = stack_module_state(models)
    parameters = {name: value.detach() for name, value in parameters.items()}

    def loss(own: dict[str, Tensor]) -> Tensor:
        return functional.cross_entropy(functional_call(models[0], own, (images,)), labels)

    def one(own: dict[str, Tensor], rate: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        gradients, lost = grad_and_value(loss)(own)
        return lost, {name: value - rate * gradients[name] for name, value in own.items()}

    held: list[Any] = [None]
    if task == "together":
        together = vmap(one)
        run = torch.compile(together) if mode == "compile" else together
        return lambda: held.__setitem__(0, run(parameters, rates)), lambda: None

    run = torch.compile(one) if mode == "compile" else one
    apart = [({name: value[k] for name, value in parameters.items()}, rates[k]) for k in range(problem.rates)]
    return lambda: held.__setitem__(0, [run(*each) for each in apart]), lambda: None


def jax_step(problem: Any, task: str) -> tuple[Callable, Callable]:
    """A step of all models, jitted, and what waits for it."""
    given = problem.inputs()
    images, rates = (jnp.asarray(given[name], dtype=jnp.float32) for name in ("images", "rates"))
    labels = jnp.asarray(given["labels"], dtype=jnp.int32)
    keys = jax.random.split(jax.random.key(0), problem.rates)

    def initial(key: jax.Array) -> list[tuple[jax.Array, jax.Array]]:
        one, two = jax.random.split(key)
        shapes = ((one, 64, problem.width), (two, problem.width, 10))
        return [(jax.random.normal(k, (rows, columns)) * rows**-0.5, jnp.zeros(columns)) for k, rows, columns in shapes]

    def loss(parameters: Any) -> jax.Array:
        (w1, b1), (w2, b2) = parameters
        scores = jnp.tanh(images @ w1 + b1) @ w2 + b2
        return -jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], axis=1).mean()

    def one(parameters: Any, rate: jax.Array) -> Any:
        lost, slopes = jax.value_and_grad(loss)(parameters)
        return lost, jax.tree.map(lambda value, slope: value - rate * slope, parameters, slopes)

    parameters = jax.vmap(initial)(keys)
    held: list[Any] = [None]
    if task == "together":
        run = jax.jit(jax.vmap(one))
        return lambda: held.__setitem__(0, run(parameters, rates)), lambda: jax.block_until_ready(held)
    single = jax.jit(one)
    apart = [(jax.tree.map(lambda value, k=k: value[k], parameters), rates[k]) for k in range(problem.rates)]
    return lambda: held.__setitem__(0, [single(*each) for each in apart]), lambda: jax.block_until_ready(held)
