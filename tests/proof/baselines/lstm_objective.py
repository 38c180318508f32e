"""ADBench's LSTM as ADBench writes it: step after step, layer after layer, all four gates of a cell together."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor

NAMES = ("main_params", "extra_params", "state", "sequence")

COMPILES = ()
"""torch.compile takes many minutes with a thousand steps in a row."""


def torch_cell(weight: Tensor, bias: Tensor, hidden: Tensor, cell: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """h and c of a layer after a step."""
    forget, ingate, outgate, change = (torch.cat((x, hidden, x, hidden)) * weight + bias).chunk(4)
    cell = cell * torch.sigmoid(forget) + torch.sigmoid(ingate) * torch.tanh(change)
    return torch.sigmoid(outgate) * torch.tanh(cell), cell


def torch_function(problem: Any, task: str) -> tuple[Any, tuple[Any, ...]]:
    """The objective, or value and gradient by autograd, and its arguments."""
    arguments = tuple(torch.tensor(problem.inputs()[name]) for name in NAMES)

    def objective(main: Tensor, extra: Tensor, state: Tensor, sequence: Tensor) -> Tensor:
        states, total = list(state), torch.zeros((), dtype=state.dtype)
        for t in range(len(sequence) - 1):
            x = sequence[t] * extra[0]
            for row in range(0, len(states), 2):
                states[row : row + 2] = torch_cell(main[row], main[row + 1], states[row], states[row + 1], x)
                x = states[row]
            y = x * extra[1] + extra[2]
            total = total + (sequence[t + 1] * (y - torch.log(y.exp().sum() + 2))).sum()
        return -total / sequence[1:].numel()

    def gradient(*arguments: Tensor) -> Any:
        value = objective(*arguments)
        return value, torch.autograd.grad(value, arguments[:2])

    if task == "primal":
        return objective, arguments
    for argument in arguments[:2]:
        argument.requires_grad_()
    return gradient, arguments


def jax_cell(
    weight: jax.Array, bias: jax.Array, hidden: jax.Array, cell: jax.Array, x: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """h and c of a layer after a step."""
    forget, ingate, outgate, change = jnp.split(jnp.concatenate([x, hidden, x, hidden]) * weight + bias, 4)
    cell = cell * jax.nn.sigmoid(forget) + jax.nn.sigmoid(ingate) * jnp.tanh(change)
    return jax.nn.sigmoid(outgate) * jnp.tanh(cell), cell


def jax_function(problem: Any, task: str) -> tuple[Any, tuple[Any, ...]]:
    """The objective, or value and gradient, and its arguments."""
    arguments = tuple(jnp.asarray(problem.inputs()[name]) for name in NAMES)

    def objective(main: jax.Array, extra: jax.Array, state: jax.Array, sequence: jax.Array) -> jax.Array:
        def step(states: list[jax.Array], pair: tuple[jax.Array, jax.Array]) -> tuple[list[jax.Array], jax.Array]:
            x, gold = pair
            x = x * extra[0]
            for row in range(0, len(states), 2):
                states[row : row + 2] = jax_cell(main[row], main[row + 1], states[row], states[row + 1], x)
                x = states[row]
            y = x * extra[1] + extra[2]
            return states, (gold * (y - jnp.log(jnp.exp(y).sum() + 2))).sum()

        _, terms = jax.lax.scan(step, list(state), (sequence[:-1], sequence[1:]))
        return -terms.sum() / sequence[1:].size

    return (objective if task == "primal" else jax.value_and_grad(objective, (0, 1))), arguments
