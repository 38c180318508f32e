"""Higher derivatives in PyTorch: autograd.grad of itself, and nested torch.func.jvp."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.func import jvp

from bench.backends import Step, Unsupported, torch_backend
from bench.workloads.autodiff.higher_order.problem import Problem

Derivatives = tuple[Tensor, ...]
LARGEST_CONSTANT = 2
"""The order up to which the compiler takes a constant as direction of forward mode."""


def function(x: Tensor) -> Tensor:
    """f, elementwise."""
    return torch.exp(-0.5 * x) * torch.sin(x) + 4 / (4 + x * x)


def reverse(order: int) -> Callable[[Tensor], Derivatives]:
    """f and its derivatives, each the gradient of the sum over the points of the one before; x requires its gradient.

    One graph, which every order but the last extends.
    """

    def every(x: Tensor) -> Derivatives:
        last = function(x)
        found = [last]
        for n in range(1, order + 1):
            (last,) = torch.autograd.grad(last, x, torch.ones_like(last), create_graph=n < order)
            found.append(last)
        return tuple(value.detach() for value in found)

    return every


def ones_of(x: Tensor) -> Tensor:
    """Ones that depend on x, for PyTorch 2.13's compiler: it refuses, in the third order and above, what a constant's
    symbolic zero of a tangent is expanded to. For the same reason f multiplies x by itself and has no `square`.
    """
    return 0 * x + 1


def forward(order: int, ones: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Derivatives]:
    """f and its derivatives, each the tangent of the one before along 1, which `ones` makes."""
    if order == 0:
        return lambda x: (function(x),)
    below = forward(order - 1, ones)

    def chain(x: Tensor) -> Derivatives:
        pushed: tuple[Any, ...] = jvp(below, (x,), (ones(x),))
        every, tangents = pushed
        return (*every, tangents[-1])

    return chain


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task but Taylor mode. Raises Unsupported for that, and where the mode does not exist."""
    if task == "nth_taylor":
        raise Unsupported("PyTorch has no Taylor mode: nothing in torch.func pushes more than one derivative forward")
    order = 0 if task == "primal" else problem.order
    constant = mode == "eager" or order <= LARGEST_CONSTANT
    every = forward(order, torch.ones_like if constant else ones_of) if task == "nth_forward" else reverse(order)

    def derivatives(x: Tensor) -> dict[str, Tensor]:
        return {f"derivative.{n}": value for n, value in enumerate(every(x))}

    x = torch_backend.tensor(problem.inputs()["x"], device, precision).requires_grad_(task == "nth_reverse")
    return torch_backend.Evaluation(
        derivatives, (x,), mode=mode, device=device, precision=precision, inference=task == "primal"
    )
