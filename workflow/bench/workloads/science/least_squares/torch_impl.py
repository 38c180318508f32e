"""Levenberg-Marquardt in PyTorch: one iteration, compiled where asked for, repeated in Python."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.science.least_squares.problem import DAMPING, FACTOR, Problem


def model(
    t: Tensor, b0: Tensor, b1: Tensor, a1: Tensor, c1: Tensor, w1: Tensor, a2: Tensor, c2: Tensor, w2: Tensor
) -> Tensor:
    """Two Gaussian lines on a straight background, elementwise."""
    z1, z2 = (t - c1) / w1, (t - c2) / w2
    return b0 + b1 * t + a1 * torch.exp(-0.5 * (z1 * z1)) + a2 * torch.exp(-0.5 * (z2 * z2))


def gram(theta: Tensor, t: Tensor, y: Tensor) -> Tensor:
    """The Gram matrix (p + 1, p + 1) of the columns of (J, r)."""
    repeated = [value.expand_as(t).requires_grad_() for value in theta.unbind()]
    residual = model(t, *repeated) - y
    rows = torch.stack([*torch.autograd.grad(residual, repeated, torch.ones_like(residual)), residual.detach()])
    return rows @ rows.T


def iteration(theta: Tensor, damping: Tensor, now: Tensor, t: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Parameters (p,), damping () and Gram matrix (p + 1, p + 1) after one iteration."""
    hessian = now[:-1, :-1]
    factor, _ = torch.linalg.cholesky_ex(hessian + damping * torch.diag(torch.diag(hessian)))
    candidate = theta - torch.cholesky_solve(now[:-1, -1:], factor)[:, 0]
    trial = gram(candidate, t, y)
    better = trial[-1, -1] < (1 + math.sqrt(torch.finfo(t.dtype).eps)) * now[-1, -1]
    return (
        torch.where(better, candidate, theta),
        torch.where(better, damping / FACTOR, damping * FACTOR),
        torch.where(better, trial, now),
    )


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `solve`. Raises Unsupported where the mode does not exist."""
    start = torch_backend.compiled(gram, mode, device)
    update = torch_backend.compiled(iteration, mode, device)
    data = torch_backend.tensors(problem.inputs(), device, precision)
    damping = torch.full_like(data["guess"][0], DAMPING)

    def solve(guess: Tensor, t: Tensor, y: Tensor) -> dict[str, Tensor]:
        state = (guess, damping, start(guess, t, y))
        for _ in range(problem.iterations):
            if mode == "compile-max":  # a CUDA graph writes its results to the same place
                state = (state[0].clone(), state[1].clone(), state[2].clone())
            state = update(*state, t, y)
        return {"parameters": state[0], "cost": 0.5 * state[2][-1, -1]}

    # what is compiled is inside of the step
    return torch_backend.Evaluation(
        solve, (data["guess"], data["t"], data["y"]), mode="eager", device=device, precision=precision
    )
