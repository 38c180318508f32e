"""Nested derivatives as the tutorials of each framework build them: a gradient of a sum of a gradient of a sum …"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import torch
from jax.experimental.jet import jet
from torch import Tensor

COMPILES = ("primal", "nth_reverse")
"""torch.compile does not take the constant tangents of nested forward mode."""


def torch_damped(x: Tensor) -> Tensor:
    """f, elementwise."""
    return torch.exp(-x / 2) * torch.sin(x) + 4 / (4 + x**2)


def torch_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of `primal`, `nth_reverse` or `nth_forward`, which return every order."""

    def nth_reverse(x: Tensor) -> list[Tensor]:
        x = x.clone().requires_grad_()
        every = [torch_damped(x)]
        for _ in range(problem.order):
            every += torch.autograd.grad(every[-1].sum(), x, create_graph=True)
        return every

    def derivative(below: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        return lambda x: torch.func.jvp(below, (x,), (torch.ones_like(x),))[1]

    def nth_forward(x: Tensor) -> list[Tensor]:
        function, every = torch_damped, [torch_damped(x)]
        for _ in range(problem.order):
            function = derivative(function)
            every.append(function(x))
        return every

    functions = {"primal": torch_damped, "nth_reverse": nth_reverse, "nth_forward": nth_forward}
    return functions[task], (torch.tensor(problem.inputs()["x"]),)


def jax_damped(x: jax.Array) -> jax.Array:
    """f, elementwise."""
    return jnp.exp(-x / 2) * jnp.sin(x) + 4 / (4 + x**2)


def jax_function(problem: Any, task: str) -> tuple[Callable, tuple]:
    """(function, arguments) of any task; all but `primal` return every order."""

    def nested(transform: Callable[[Callable], Callable]) -> Callable[[jax.Array], list[jax.Array]]:
        functions = [jax_damped]
        for _ in range(problem.order):
            functions.append(transform(functions[-1]))
        return lambda x: [jax.vmap(function)(x) for function in functions]

    def taylor(x: jax.Array) -> Any:
        zeros = [jnp.zeros_like(x)] * (problem.order - 1)
        return jet(jax_damped, (x,), ([jnp.ones_like(x), *zeros],))

    functions = {
        "primal": jax_damped,
        "nth_reverse": nested(jax.grad),
        "nth_forward": nested(jax.jacfwd),
        "nth_taylor": taylor,
    }
    return functions[task], (jnp.asarray(problem.inputs()["x"]),)
