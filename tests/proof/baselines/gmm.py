"""The Gaussian mixture as ADBench and GradBench write it: differences from every mean, multiplied by every factor."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import torch
from torch import Tensor

from bench.workloads.autodiff.gmm.problem import GAMMA, Problem, constant, places


def torch_function(problem: Problem, task: str) -> tuple[Any, tuple[Any, ...]]:
    """The objective, or value and gradient by autograd, and its arguments."""
    rows, columns = (torch.from_numpy(each) for each in places(problem.d))
    fixed = constant(problem.d, problem.components, problem.observations, GAMMA, 0)

    def objective(alphas: Tensor, means: Tensor, icf: Tensor, x: Tensor) -> Tensor:
        q = icf[:, : problem.d]
        factors = torch.zeros(len(means), problem.d, problem.d, dtype=x.dtype)
        factors[:, rows, columns] = torch.cat([q.exp(), icf[:, problem.d :]], 1)
        moved = torch.einsum("kab,nkb->nka", factors, x[:, None] - means)
        exponents = alphas + q.sum(1) - 0.5 * (moved**2).sum(2)
        prior = -0.5 * GAMMA**2 * (factors**2).sum()
        return torch.logsumexp(exponents, 1).sum() - len(x) * torch.logsumexp(alphas, 0) + prior + fixed

    arguments = tuple(torch.from_numpy(value) for value in problem.inputs().values())
    if task == "primal":
        return objective, arguments
    for argument in arguments[:3]:
        argument.requires_grad_()

    def gradient(*arguments: Tensor) -> Any:
        value = objective(*arguments)
        return value, torch.autograd.grad(value, arguments[:3])

    return gradient, arguments


def jax_function(problem: Problem, task: str) -> tuple[Any, tuple[Any, ...]]:
    """The objective, or value and gradient, and its arguments."""
    rows, columns = places(problem.d)
    fixed = constant(problem.d, problem.components, problem.observations, GAMMA, 0)

    def objective(alphas: jax.Array, means: jax.Array, icf: jax.Array, x: jax.Array) -> jax.Array:
        q = icf[:, : problem.d]
        entries = jnp.concatenate([jnp.exp(q), icf[:, problem.d :]], 1)
        factors = jnp.zeros((len(means), problem.d, problem.d), x.dtype).at[:, rows, columns].set(entries)
        moved = jnp.einsum("kab,nkb->nka", factors, x[:, None] - means)
        exponents = alphas + q.sum(1) - 0.5 * (moved**2).sum(2)
        prior = -0.5 * GAMMA**2 * (factors**2).sum()
        likelihood = jax.scipy.special.logsumexp(exponents, 1).sum()
        return likelihood - len(x) * jax.scipy.special.logsumexp(alphas) + prior + fixed

    arguments = tuple(jnp.asarray(value) for value in problem.inputs().values())
    return (objective if task == "primal" else jax.value_and_grad(objective, (0, 1, 2))), arguments
