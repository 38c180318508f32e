"""The Gaussian mixture in PyTorch: one matrix product, autograd."""

from __future__ import annotations

import torch
from torch import Tensor

from bench.backends import Step, torch_backend
from bench.workloads.autodiff.gmm.problem import Problem, constant, places

Outputs = dict[str, Tensor]


def log_posterior(
    alphas: Tensor, means: Tensor, icf: Tensor, x: Tensor, *, place: Tensor, gamma: float, m: int
) -> Tensor:
    """F, a scalar; `place` (d (d + 1) / 2,) says where in a flat Q the entries of an `icf` belong."""
    (components, d), n = means.shape, len(x)
    q, lower = icf[:, :d], icf[:, d:]
    diagonal = q.exp()
    factors = icf.new_zeros(components, d * d).index_copy(1, place, torch.cat([diagonal, lower], 1)).view(-1, d, d)
    moved = (factors.view(-1, d) @ x.T).view(components, d, n) - factors @ means[:, :, None]
    exponents = (alphas + q.sum(1))[:, None] - 0.5 * moved.square().sum(1)
    likelihood = torch.logsumexp(exponents, 0).sum() - n * torch.logsumexp(alphas, 0)
    prior = m * q.sum() - 0.5 * gamma**2 * (diagonal.square().sum() + lower.square().sum())
    return likelihood + prior + constant(d, components, n, gamma, m)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `primal` or `gradient`. Raises Unsupported where the mode does not exist."""
    data = torch_backend.tensors(problem.inputs(), device, precision)
    rows, columns = places(problem.d)
    place = torch.as_tensor(rows * problem.d + columns, device=device)
    names = ("alphas", "means", "icf")

    def primal(*arguments: Tensor) -> Outputs:
        return {"value": log_posterior(*arguments, place=place, gamma=problem.gamma, m=problem.m)}

    def gradient(*arguments: Tensor) -> Outputs:
        value = log_posterior(*arguments, place=place, gamma=problem.gamma, m=problem.m)
        slopes = torch.autograd.grad(value, arguments[:3])
        named = {f"gradient.{name}": slope for name, slope in zip(names, slopes, strict=True)}
        return {"value": value.detach()} | named

    for name in names:
        data[name].requires_grad_(task == "gradient")
    return torch_backend.Evaluation(
        {"primal": primal, "gradient": gradient}[task],
        [data[name] for name in (*names, "x")],
        mode=mode,
        device=device,
        precision=precision,
        inference=task == "primal",
    )
