"""The derivatives of a perceptron in JAX: grad, jvp, vjp, jacfwd, jacrev, vmap, and lax.map where a loop is meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import grad, jacfwd, jacrev, value_and_grad, vmap

from bench.backends import Step, Unsupported, jax_backend
from bench.workloads.autodiff.mlp_derivatives.problem import Problem

Tree = dict[str, jax.Array]
NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")


def network(p: Tree, x: jax.Array) -> jax.Array:
    """y of shape (…, k) for x of shape (…, w): one sample or many."""
    h1 = jnp.tanh(x @ p["W1"] + p["b1"])
    h2 = jnp.tanh(h1 @ p["W2"] + p["b2"])
    return h2 @ p["W3"] + p["b3"]


def sample_loss(p: Tree, x: jax.Array, t: jax.Array) -> jax.Array:
    """ℓ of one sample."""
    return 0.5 * jnp.sum(jnp.square(network(p, x) - t))


def loss(p: Tree, x: jax.Array, t: jax.Array) -> jax.Array:
    """L, the mean of ℓ over the batch."""
    return sample_loss(p, x, t) / len(x)


def named(prefix: str, tree: Tree) -> Tree:
    """The leaves under their names as outputs."""
    return {f"{prefix}.{name}": value for name, value in tree.items()}


def primal(p: Tree, v: Tree, x: jax.Array, t: jax.Array, u: jax.Array) -> Tree:
    """L."""
    return {"value": loss(p, x, t)}


def gradient(p: Tree, v: Tree, x: jax.Array, t: jax.Array, u: jax.Array) -> Tree:
    """L and ∂L/∂p."""
    value, by_parameters = value_and_grad(loss)(p, x, t)
    return {"value": value} | named("gradient", by_parameters)


def jvp(p: Tree, v: Tree, x: jax.Array, t: jax.Array, u: jax.Array) -> Tree:
    """y and its tangent along v."""
    value, tangent = jax.jvp(lambda q: network(q, x), (p,), (v,))
    return {"value": value, "tangent": tangent}


def vjp(p: Tree, v: Tree, x: jax.Array, t: jax.Array, u: jax.Array) -> Tree:
    """y and u pulled back to the parameters."""
    value, pull = jax.vjp(lambda q: network(q, x), p)
    return {"value": value} | named("gradient", pull(u)[0])


def jacobian_forward(p: Tree, v: Tree, x: jax.Array, t: jax.Array, u: jax.Array) -> Tree:
    """∂y/∂x of every sample, one pushforward per input."""
    return {"jacobian": vmap(jacfwd(network, 1), (None, 0))(p, x)}


def jacobian_reverse(p: Tree, v: Tree, x: jax.Array, t: jax.Array, u: jax.Array) -> Tree:
    """∂y/∂x of every sample, one pullback per output."""
    return {"jacobian": vmap(jacrev(network, 1), (None, 0))(p, x)}


def by_first_bias(p: Tree, x: jax.Array, t: jax.Array) -> Callable[[jax.Array], jax.Array]:
    """∂L/∂b1 as a function of b1."""
    return grad(lambda b: loss(p | {"b1": b}, x, t))


def hessian(p: Tree, v: Tree, x: jax.Array, t: jax.Array, u: jax.Array) -> Tree:
    """∂²L/∂b1², forward over reverse, all rows at once; `jacfwd(grad(…))` took 15 % longer."""
    return {"hessian": jax.hessian(lambda b1: loss(p | {"b1": b1}, x, t))(p["b1"])}


def hvp(p: Tree, v: Tree, x: jax.Array, t: jax.Array, u: jax.Array) -> Tree:
    """The Hessian times v, forward over reverse (reverse over either took the same time)."""
    return named("hvp", jax.jvp(lambda q: grad(loss)(q, x, t), (p,), (v,))[1])


def per_sample(p: Tree, v: Tree, x: jax.Array, t: jax.Array, u: jax.Array) -> Tree:
    """The gradient of every sample's loss, all samples at once."""
    return named("gradient", vmap(grad(sample_loss), (None, 0, 0))(p, x, t))


def loops(mode: str) -> dict[str, Callable[..., Tree]]:
    """The tasks that go one sample or row after another: `lax.map`, or a Python loop in the mode `eager`."""

    def python(function: Callable[..., Any], rows: tuple[jax.Array, ...]) -> Any:
        return jax.tree.map(lambda *parts: jnp.stack(parts), *(function(row) for row in zip(*rows, strict=True)))

    each: Callable[..., Any] = python if mode == "eager" else jax.lax.map

    def jacobian_loop(p: Tree, v: Tree, x: jax.Array, t: jax.Array, u: jax.Array) -> Tree:
        return {"jacobian": each(lambda row: jacrev(network, 1)(p, *row), (x,))}

    def hessian_loop(p: Tree, v: Tree, x: jax.Array, t: jax.Array, u: jax.Array) -> Tree:
        _, push = jax.linearize(by_first_bias(p, x, t), p["b1"])
        return {"hessian": each(lambda row: push(*row), (jnp.eye(len(p["b1"]), dtype=x.dtype),))}

    def per_sample_loop(p: Tree, v: Tree, x: jax.Array, t: jax.Array, u: jax.Array) -> Tree:
        return named("gradient", each(lambda row: grad(sample_loss)(p, *row), (x, t)))

    return {"jacobian_loop": jacobian_loop, "hessian_loop": hessian_loop, "per_sample_loop": per_sample_loop}


def build(problem: Problem, task: str, mode: str, device: str, precision: str) -> Step:
    """A step of any task. Raises Unsupported for a huge result."""
    if reason := problem.too_large(task):
        raise Unsupported(reason)
    data = jax_backend.arrays(problem.inputs(), device, precision)
    tasks = {
        function.__name__: function
        for function in (primal, gradient, jvp, vjp, jacobian_forward, jacobian_reverse, hessian, hvp, per_sample)
    }
    constants = [{name: data[f"{prefix}{name}"] for name in NAMES} for prefix in ("", "v.")]
    return jax_backend.Evaluation(
        (tasks | loops(mode))[task],
        (data["x"], data["t"], data["u"]),
        mode=mode,
        steps=jax_backend.steps_per_call(problem, mode),
        constants=constants,
    )
