"""The heat equation in PyTorch: time steps repeated by Python, unrolled into one graph where compiled."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import pad

from bench.backends import Step, torch_backend
from bench.workloads.science.heat_equation.problem import FOURIER, Problem


def padded(u: Tensor) -> Tensor:
    """The state (n, n) after one time step: fused into one pass where compiled, and fast to differentiate.

    Rows and columns are padded apart, so that the compiler finds whole rows to vectorise.
    """
    rows, columns = pad(u, (0, 0, 1, 1)), pad(u, (1, 1))
    neighbours = (rows[:-2] + rows[2:]).add_(columns[:, :-2]).add_(columns[:, 2:])
    return torch.add((1 - 4 * FOURIER) * u, neighbours, alpha=FOURIER)


def in_place(u: Tensor) -> Tensor:
    """The same with the fewest passes over memory where nothing is fused."""
    new = (1 - 4 * FOURIER) * u
    new[1:].add_(u[:-1], alpha=FOURIER)
    new[:-1].add_(u[1:], alpha=FOURIER)
    new[:, 1:].add_(u[:, :-1], alpha=FOURIER)
    new[:, :-1].add_(u[:, 1:], alpha=FOURIER)
    return new


def evolve(u: Tensor, steps: int, time_step: Callable[[Tensor], Tensor] = padded) -> Tensor:
    """The state (n, n) after so many time steps."""
    for _ in range(steps):
        u = time_step(u)
    return u


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `forward` or `gradient`. Raises Unsupported where the mode does not exist."""
    data = torch_backend.tensors(problem.inputs(), device, precision)

    def forward(initial: Tensor) -> dict[str, Tensor]:
        return {"state": evolve(initial, problem.steps, in_place if mode == "eager" else padded)}

    def gradient(initial: Tensor, observed: Tensor) -> dict[str, Tensor]:
        misfit = 0.5 * torch.sum((evolve(initial, problem.steps) - observed) ** 2)
        (slope,) = torch.autograd.grad(misfit, initial)
        return {"misfit": misfit.detach(), "gradient": slope}

    if task == "forward":
        return torch_backend.Evaluation(
            forward, (data["initial"],), mode=mode, device=device, precision=precision, inference=True
        )
    return torch_backend.Evaluation(
        gradient, (data["initial"].requires_grad_(), data["observed"]), mode=mode, device=device, precision=precision
    )
