"""The Gaussian mixture."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import torch
from jax.scipy.special import logsumexp
from torch import Tensor
from torch.nn import functional

from bench.workloads.autodiff.gmm.problem import constant
from tests.proof.alternatives import Alternative


def torch_observations_first(
    alphas: Tensor, means: Tensor, icf: Tensor, x: Tensor, *, place: Tensor, gamma: float, m: int
) -> Tensor:
    (components, d), n = means.shape, len(x)
    q, lower = icf[:, :d], icf[:, d:]
    diagonal = q.exp()
    factors = icf.new_zeros(components, d * d).index_copy(1, place, torch.cat([diagonal, lower], 1)).view(-1, d, d)
    centres = (factors @ means[:, :, None]).view(-1)
    moved = functional.linear(x, factors.view(-1, d), -centres).view(n, components, d)
    exponents = alphas + q.sum(1) - 0.5 * moved.square().sum(2)
    likelihood = torch.logsumexp(exponents, 1).sum() - n * torch.logsumexp(alphas, 0)
    prior = m * q.sum() - 0.5 * gamma**2 * (diagonal.square().sum() + lower.square().sum())
    return likelihood + prior + constant(d, components, n, gamma, m)


def torch_by_component(
    alphas: Tensor, means: Tensor, icf: Tensor, x: Tensor, *, place: Tensor, gamma: float, m: int
) -> Tensor:
    (components, d), n = means.shape, len(x)
    q, lower = icf[:, :d], icf[:, d:]
    diagonal = q.exp()
    factors = icf.new_zeros(components, d * d).index_copy(1, place, torch.cat([diagonal, lower], 1)).view(-1, d, d)
    moved = factors @ (x - means[:, None]).mT
    exponents = (alphas + q.sum(1))[:, None] - 0.5 * moved.square().sum(1)
    likelihood = torch.logsumexp(exponents, 0).sum() - n * torch.logsumexp(alphas, 0)
    prior = m * q.sum() - 0.5 * gamma**2 * (diagonal.square().sum() + lower.square().sum())
    return likelihood + prior + constant(d, components, n, gamma, m)


def jax_observations_first(
    alphas: jax.Array,
    means: jax.Array,
    icf: jax.Array,
    x: jax.Array,
    *,
    place: tuple[jax.Array, jax.Array],
    gamma: float,
    m: int,
) -> jax.Array:
    (components, d), n = means.shape, len(x)
    q, lower = icf[:, :d], icf[:, d:]
    diagonal = jnp.exp(q)
    entries = jnp.concatenate([diagonal, lower], 1)
    factors = jnp.zeros((components, d, d), icf.dtype).at[:, *place].set(entries, unique_indices=True)
    centres = jnp.einsum("kab,kb->ka", factors, means)
    moved = (x @ factors.reshape(components * d, d).T).reshape(n, components, d) - centres
    exponents = alphas + q.sum(1) - 0.5 * jnp.square(moved).sum(2)
    likelihood = logsumexp(exponents, 1).sum() - n * logsumexp(alphas)
    prior = m * q.sum() - 0.5 * gamma**2 * (jnp.square(diagonal).sum() + jnp.square(lower).sum())
    return likelihood + prior + constant(d, components, n, gamma, m)


TASKS = ("gradient", "primal")
ALTERNATIVES = (
    Alternative(
        "torch", "observations first", TASKS, ("eager", "compile"), {"log_posterior": torch_observations_first}
    ),
    Alternative("torch", "by component", TASKS, ("eager", "compile"), {"log_posterior": torch_by_component}),
    Alternative("jax", "observations first", TASKS, ("jit",), {"log_posterior": jax_observations_first}),
)
