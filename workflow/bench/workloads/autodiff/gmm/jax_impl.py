"""The Gaussian mixture in JAX: one matrix product, value_and_grad."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.scipy.special import logsumexp

from bench.backends import Step, jax_backend
from bench.workloads.autodiff.gmm.problem import Problem, constant, places

Outputs = dict[str, jax.Array]


def log_posterior(
    alphas: jax.Array,
    means: jax.Array,
    icf: jax.Array,
    x: jax.Array,
    *,
    place: tuple[jax.Array, jax.Array],
    gamma: float,
    m: int,
) -> jax.Array:
    """F, a scalar; `place`, twice (d (d + 1) / 2,), says in which rows and columns of Q the entries of `icf` belong."""
    (components, d), n = means.shape, len(x)
    q, lower = icf[:, :d], icf[:, d:]
    diagonal = jnp.exp(q)
    entries = jnp.concatenate([diagonal, lower], 1)
    factors = jnp.zeros((components, d, d), icf.dtype).at[:, *place].set(entries, unique_indices=True)
    centres = jnp.einsum("kab,kb->ka", factors, means)
    moved = (factors.reshape(components * d, d) @ x.T).reshape(components, d, n) - centres[..., None]
    exponents = (alphas + q.sum(1))[:, None] - 0.5 * jnp.square(moved).sum(1)
    likelihood = logsumexp(exponents, 0).sum() - n * logsumexp(alphas)
    prior = m * q.sum() - 0.5 * gamma**2 * (jnp.square(diagonal).sum() + jnp.square(lower).sum())
    return likelihood + prior + constant(d, components, n, gamma, m)


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `primal` or `gradient`."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    rows, columns = (jax_backend.array(each, device, precision) for each in places(problem.d))
    names = ("alphas", "means", "icf")

    def objective(*arguments: jax.Array) -> jax.Array:
        return log_posterior(*arguments, place=(rows, columns), gamma=problem.gamma, m=problem.m)

    def primal(*arguments: jax.Array) -> Outputs:
        return {"value": objective(*arguments)}

    def gradient(*arguments: jax.Array) -> Outputs:
        value, slopes = jax.value_and_grad(objective, (0, 1, 2))(*arguments)
        return {"value": value} | {f"gradient.{name}": slope for name, slope in zip(names, slopes, strict=True)}

    return jax_backend.Evaluation(
        {"primal": primal, "gradient": gradient}[task],
        [data[name] for name in (*names, "x")],
        mode=mode,
    )
