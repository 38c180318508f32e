"""Derivatives of the chained Rosenbrock function in JAX: value_and_grad, jvp over grad, and the dense jax.hessian."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from bench.backends import Step, Unsupported, jax_backend
from bench.workloads.autodiff.rosenbrock.problem import Problem

Outputs = dict[str, jax.Array]


def rosenbrock(x: jax.Array) -> jax.Array:
    """f of x of shape (n,), n ≥ 2."""
    return jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def primal(x: jax.Array) -> Outputs:
    """f."""
    return {"value": rosenbrock(x)}


def gradient(x: jax.Array) -> Outputs:
    """f and ∇f."""
    value, slope = jax.value_and_grad(rosenbrock)(x)
    return {"value": value, "gradient": slope}


def hessian(x: jax.Array) -> Outputs:
    """∇²f in full, forward over reverse with n directions at once."""
    return {"hessian": jax.hessian(rosenbrock)(x)}


def hvp(x: jax.Array, v: jax.Array) -> Outputs:
    """∇²f v, forward over reverse."""
    return {"hvp": jax.jvp(jax.grad(rosenbrock), (x,), (v,))[1]}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task. Raises Unsupported for a huge Hessian."""
    if reason := problem.too_large(task):
        raise Unsupported(reason)
    data = jax_backend.arrays(problem.inputs(), device, precision)
    functions: dict[str, Callable[..., Outputs]] = {
        "primal": primal,
        "gradient": gradient,
        "hessian": hessian,
        "hvp": hvp,
    }
    arguments = (data["x"], data["v"]) if task == "hvp" else (data["x"],)
    return jax_backend.Evaluation(
        functions[task], arguments, mode=mode, steps=jax_backend.steps_per_call(problem, mode)
    )
