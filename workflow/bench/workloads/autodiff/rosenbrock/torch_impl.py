"""Derivatives of the chained Rosenbrock function in PyTorch: autograd, differentiated once more for the Hessian."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.func import grad, jacrev

from bench.backends import Step, Unsupported, torch_backend
from bench.workloads.autodiff.rosenbrock.problem import Problem

Outputs = dict[str, Tensor]


def rosenbrock(x: Tensor) -> Tensor:
    """f of x of shape (n,), n ≥ 2; inner products spare the eager modes a vector of squares."""
    step, rest = x[1:] - x[:-1].square(), 1 - x[:-1]
    return 100 * torch.dot(step, step) + torch.dot(rest, rest)


def primal(x: Tensor, v: Tensor) -> Outputs:
    """f."""
    return {"value": rosenbrock(x)}


def gradient(x: Tensor, v: Tensor) -> Outputs:
    """f and ∇f; x requires its gradient."""
    value = rosenbrock(x)
    (slope,) = torch.autograd.grad(value, x)
    return {"value": value.detach(), "gradient": slope}


def hessian(x: Tensor, v: Tensor) -> Outputs:
    """∇²f in full, reverse over reverse with n pullbacks at once: half the time of `torch.func.hessian`."""
    return {"hessian": jacrev(grad(rosenbrock))(x)}


def hvp(x: Tensor, v: Tensor) -> Outputs:
    """∇²f v, reverse over reverse: a third of the time of forward over reverse; x requires its gradient."""
    (slope,) = torch.autograd.grad(rosenbrock(x), x, create_graph=True)
    (product,) = torch.autograd.grad(slope, x, v)
    return {"hvp": product}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task. Raises Unsupported for a huge Hessian and where the mode does not exist."""
    if reason := problem.too_large(task):
        raise Unsupported(reason)
    data = torch_backend.tensors(problem.inputs(), device, precision)
    x = data["x"].requires_grad_(task in ("gradient", "hvp"))
    function = {"primal": primal, "gradient": gradient, "hessian": hessian, "hvp": hvp}[task]
    return torch_backend.Evaluation(function, (x, data["v"]), mode=mode, device=device, precision=precision,
                                    inference=task == "primal")
