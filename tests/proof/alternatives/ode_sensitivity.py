"""Sensitivity of planetary orbits."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from bench.workloads.autodiff.ode_sensitivity.problem import Problem
from bench.workloads.autodiff.ode_sensitivity.torch_impl import NAMES, Block, State, advance, distance
from tests.proof.alternatives import Alternative


def in_blocks_of(steps: int) -> Callable[[Problem], None]:
    """Changes how many steps PyTorch's compiler gets, where so many fit into what is integrated."""

    def adjust(problem: Problem) -> None:
        if problem.steps % steps == 0:
            problem.block = steps

    return adjust


def checkpointed(steps: int) -> Block:
    """`blocks` that keep nothing of what is inside of a block."""

    def inner(x: Tensor, v: Tensor, m: Tensor, h: Tensor, one: Tensor) -> State:
        for _ in range(steps):
            x, v = advance(x, v, m, h, one)
        return x, v

    def block(x: Tensor, v: Tensor, m: Tensor, h: Tensor, one: Tensor) -> State:
        return checkpoint(inner, x, v, m, h, one, use_reentrant=False, preserve_rng_state=False)

    return block


def task_function(problem: Problem, task: str, block: Block, one: Tensor) -> Callable[..., dict[str, Tensor]]:
    """The task with checkpoints inside of what is compiled."""
    lengths = (1,) * (problem.steps // problem.block)

    def gradient(*arguments: Tensor) -> dict[str, Tensor]:
        inner = [argument.detach().requires_grad_() for argument in arguments[:3]]
        found = distance(*inner, *arguments[3:], one=one, block=block, lengths=lengths, checkpoints=False)
        derivatives = torch.autograd.grad(found, inner)
        return {"distance": found.detach()} | dict(zip(NAMES, derivatives, strict=False))

    return gradient


ALTERNATIVES = (
    *(
        Alternative("torch", f"blocks of {steps}", ("gradient",), ("compile",), adjust=in_blocks_of(steps))
        for steps in (5, 20)
    ),
    Alternative(
        "torch",
        "checkpoints inside of what is compiled",
        ("gradient_checkpointed",),
        ("compile",),
        {"blocks": checkpointed, "task_function": task_function},
        in_blocks_of(10),
    ),
)
