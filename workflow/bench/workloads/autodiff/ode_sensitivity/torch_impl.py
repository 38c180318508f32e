"""Gradient through a Runge-Kutta integration in PyTorch: a Python loop over compiled blocks of steps."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from bench.backends import Step, Unsupported, torch_backend
from bench.workloads.autodiff.ode_sensitivity.problem import Problem

State = tuple[Tensor, Tensor]
Block = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], State]
NAMES = ("positions", "velocities", "masses", "targets", "step")


def acceleration(x: Tensor, m: Tensor, one: Tensor) -> Tensor:
    """Of every body; `one`, the unit matrix, is added to the squared distances, which are zero on the diagonal."""
    d = x - x[:, None]
    squares = d.square().sum(-1) + one
    return ((m / (squares * squares.sqrt()))[..., None] * d).sum(1)


def advance(x: Tensor, v: Tensor, m: Tensor, h: Tensor, one: Tensor) -> State:
    """One step of the classical Runge-Kutta method; the stages of x' = v are eliminated."""
    middle = x + h / 2 * v
    a1 = acceleration(x, m, one)
    a2 = acceleration(middle, m, one)
    a3 = acceleration(middle + h * h / 4 * a1, m, one)
    a4 = acceleration(x + h * v + h * h / 2 * a2, m, one)
    return x + h * v + h * h / 6 * (a1 + a2 + a3), v + h / 6 * (a1 + 2 * (a2 + a3) + a4)


def distance(
    x: Tensor,
    v: Tensor,
    m: Tensor,
    targets: Tensor,
    h: Tensor,
    *,
    one: Tensor,
    block: Block,
    lengths: tuple[int, ...],
    checkpoints: bool,
) -> Tensor:
    """f; `lengths` are the numbers of blocks of the segments, with a checkpoint after each if asked for."""

    def segment(x: Tensor, v: Tensor, m: Tensor, length: int) -> State:
        for _ in range(length):
            x, v = block(x, v, m, h, one)
        return x, v

    for length in lengths:
        if checkpoints:
            x, v = checkpoint(segment, x, v, m, length, use_reentrant=False, preserve_rng_state=False)
        else:
            x, v = segment(x, v, m, length)
    return (x - targets).square().sum() / 2


def blocks(steps: int, checkpoints: bool = False) -> Block:
    """A function that takes so many steps; with `checkpoints` it keeps nothing of what is inside for the derivative."""

    def block(x: Tensor, v: Tensor, m: Tensor, h: Tensor, one: Tensor) -> State:
        for _ in range(steps):
            x, v = advance(x, v, m, h, one)
        return x, v

    def kept(x: Tensor, v: Tensor, m: Tensor, h: Tensor, one: Tensor) -> State:
        return checkpoint(block, x, v, m, h, one, use_reentrant=False, preserve_rng_state=False)

    return kept if checkpoints else block


def inside(task: str, mode: str) -> bool:
    """Whether the checkpoints lie inside of what is compiled."""
    return task == "gradient_checkpointed" and mode != "eager"


def task_function(
    problem: Problem, task: str, block: Block, one: Tensor, *, checkpoints: bool
) -> Callable[..., dict[str, Tensor]]:
    """The task with this block of steps; `checkpoints`: after every segment of blocks."""
    every = problem.segment if checkpoints else problem.steps
    lengths = (every // problem.block_of(task),) * (problem.steps // every)

    def primal(*arguments: Tensor) -> dict[str, Tensor]:
        return {"distance": distance(*arguments, one=one, block=block, lengths=lengths, checkpoints=False)}

    def gradient(*arguments: Tensor) -> dict[str, Tensor]:
        inner = [argument.detach().requires_grad_() for argument in arguments[:3]]
        found = distance(*inner, *arguments[3:], one=one, block=block, lengths=lengths, checkpoints=checkpoints)
        derivatives = torch.autograd.grad(found, inner)
        return {"distance": found.detach()} | dict(zip(NAMES, derivatives, strict=False))

    return primal if task == "primal" else gradient


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of the task; the compiler gets blocks of steps. Raises Unsupported for `compile-max`."""
    if mode == "compile-max":
        raise Unsupported("a CUDA graph per block of steps overwrites results that the backward pass still needs")
    data = torch_backend.tensors(problem.inputs(), device, precision)
    one = torch.eye(len(data["masses"]), dtype=data["masses"].dtype, device=device)
    block = blocks(problem.block_of(task), inside(task, mode))
    around = task == "gradient_checkpointed" and not inside(task, mode)
    step = torch_backend.Evaluation(
        task_function(problem, task, torch_backend.compiled(block, mode, device), one, checkpoints=around),
        [data[name] for name in NAMES],
        mode="eager",
        device=device,
        precision=precision,
        inference=task == "primal",
    )
    step.plain = task_function(problem, task, block, one, checkpoints=around)
    return step
