"""Derivatives of the chained Rosenbrock function in PyTorch: autograd, differentiated once more for the Hessian."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.func import grad, jacrev

from bench.backends import Step, Unsupported, torch_backend
from bench.workloads.autodiff.rosenbrock.problem import Problem

Outputs = dict[str, Tensor]


def by_products(x: Tensor) -> Tensor:
    """f of x of shape (n,), n ≥ 2; inner products spare the eager mode a vector of squares."""
    step, rest = x[1:] - x[:-1].square(), 1 - x[:-1]
    return 100 * torch.dot(step, step) + torch.dot(rest, rest)


def by_sum(x: Tensor) -> Tensor:
    """The same for the compiler, which fuses everything into one pass unless an inner product stands in between."""
    return (100 * (x[1:] - x[:-1].square()).square() + (1 - x[:-1]).square()).sum()


def outputs(task: str, rosenbrock: Callable[[Tensor], Tensor]) -> Callable[..., Outputs]:
    """The function of a task; x requires its gradient for `gradient` and `hvp`."""

    def primal(x: Tensor) -> Outputs:
        return {"value": rosenbrock(x)}

    def gradient(x: Tensor) -> Outputs:
        value = rosenbrock(x)
        (slope,) = torch.autograd.grad(value, x)
        return {"value": value.detach(), "gradient": slope}

    def hessian(x: Tensor) -> Outputs:
        # reverse over reverse with n pullbacks at once: half the time of `torch.func.hessian`
        return {"hessian": jacrev(grad(rosenbrock))(x)}

    def hvp(x: Tensor, v: Tensor) -> Outputs:
        # reverse over reverse: a third of the time of forward over reverse
        (slope,) = torch.autograd.grad(rosenbrock(x), x, create_graph=True)
        (product,) = torch.autograd.grad(slope, x, v)
        return {"hvp": product}

    functions: dict[str, Callable[..., Outputs]] = {
        "primal": primal,
        "gradient": gradient,
        "hessian": hessian,
        "hvp": hvp,
    }
    return functions[task]


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task. Raises Unsupported for a huge Hessian and where the mode does not exist."""
    if reason := problem.too_large(task):
        raise Unsupported(reason)
    data = torch_backend.tensors(problem.inputs(), device, precision)
    x = data["x"].requires_grad_(task in ("gradient", "hvp"))
    function = outputs(task, by_products if mode == "eager" else by_sum)
    return torch_backend.Evaluation(
        function,
        (x, data["v"]) if task == "hvp" else (x,),
        mode=mode,
        device=device,
        precision=precision,
        steps=torch_backend.steps_per_call(problem, mode),
        inference=task == "primal",
    )
