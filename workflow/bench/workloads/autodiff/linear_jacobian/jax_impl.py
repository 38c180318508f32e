"""The Jacobians of a linear map in JAX: jacrev, jacfwd and vmap."""

from __future__ import annotations

import jax
from jax import jacfwd, jacrev, vmap

from bench.backends import Step, jax_backend
from bench.workloads.autodiff.linear_jacobian.problem import Problem


def linear(x: jax.Array, W: jax.Array, b: jax.Array) -> jax.Array:
    """y = x W + b, for one row or many."""
    return x @ W + b


def jacobian(x: jax.Array, W: jax.Array, b: jax.Array) -> dict[str, jax.Array]:
    """All three Jacobians in full."""
    by_x, by_w = jacrev(linear, (0, 1))(x, W, b)
    return {"jacobian.x": by_x, "jacobian.W": by_w, "jacobian.b": jacfwd(linear, 2)(x, W, b)}


def per_sample(x: jax.Array, W: jax.Array, b: jax.Array) -> dict[str, jax.Array]:
    """The blocks of every row."""
    by_x, by_w, by_b = vmap(jacrev(linear, (0, 1, 2)), (0, None, None))(x, W, b)
    return {"jacobian.x": by_x, "jacobian.W": by_w, "jacobian.b": by_b}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of `jacobian` or `per_sample`."""
    data = jax_backend.arrays(problem.inputs(), device, precision)
    function = {"jacobian": jacobian, "per_sample": per_sample}[task]
    return jax_backend.Evaluation(
        function,
        (data["x"], data["W"], data["b"]),
        mode=mode,
    )
