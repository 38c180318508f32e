"""Transformations in JAX."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import grad, hessian, jacfwd, jacrev, jvp, lax, vjp, vmap
from jax.experimental import sparse

from bench.events import Event
from bench.measuring.record import attempt
from bench.workloads.examples.transformations import problem

Function = Callable[[jax.Array], Any]
A, X, V, U, BATCH, REPEATED = problem.A, problem.X, problem.V, problem.U, problem.BATCH, problem.REPEATED
STORED = A[problem.ENTRIES[0], problem.ENTRIES[1]]


def g(x: jax.Array) -> jax.Array:
    """The vector-valued function."""
    return jnp.tanh(A @ x)


def f(x: jax.Array) -> jax.Array:
    """The scalar function."""
    return g(x).sum()


@jax.custom_vjp
def straight_through(x: jax.Array) -> jax.Array:
    """Rounding whose derivative is declared to be 1, for the reverse mode."""
    return jnp.round(x)


straight_through.defvjp(lambda x: (jnp.round(x), None), lambda _, gradient: (gradient,))


@jax.custom_jvp
def straight_forward(x: jax.Array) -> jax.Array:
    """Rounding whose derivative is declared to be 1, for the forward mode."""
    return jnp.round(x)


straight_forward.defjvp(lambda primals, tangents: (jnp.round(*primals), *tangents))


def rounded_squares(x: jax.Array) -> jax.Array:
    """round(x)^2 with the declared derivative."""
    return straight_through(x) ** 2


def python_loop(x: jax.Array) -> jax.Array:
    """Halving in a Python loop."""
    while (x * x).sum() > 1:
        x = x / 2
    return x


def loop_operation(x: jax.Array) -> jax.Array:
    """Halving in a loop that is an operation."""
    return lax.while_loop(lambda x: (x * x).sum() > 1, lambda x: x / 2, x)


def fixed_python_loop(x: jax.Array) -> jax.Array:
    """sin, STEPS times, in a Python loop."""
    for _ in range(problem.STEPS):
        x = jnp.sin(x)
    return x


def scanned(x: jax.Array) -> jax.Array:
    """sin, STEPS times, by scan."""
    return lax.scan(lambda carry, _: (jnp.sin(carry), carry), x, length=problem.STEPS)[0]


def counted_loop(x: jax.Array) -> jax.Array:
    """sin, STEPS times, by fori_loop."""
    return lax.fori_loop(0, problem.STEPS, lambda _, x: jnp.sin(x), x)


def sparse_product(x: jax.Array, stored: jax.Array = STORED) -> jax.Array:
    """tanh(S x)."""
    return jnp.tanh(sparse.BCOO((jnp.asarray(stored), jnp.asarray(problem.ENTRIES.T)), shape=A.shape) @ x)


def taken(x: jax.Array) -> jax.Array:
    """Weighted squares of the entries at indices that repeat."""
    return jnp.asarray(U) * x[REPEATED] ** 2


def added(x: jax.Array) -> jax.Array:
    """Squares of the sums of the entries at indices that repeat."""
    return jnp.zeros_like(x).at[REPEATED[:3]].add(x) ** 2


def _reverse(function: Function) -> Function:
    return grad(lambda x: function(x).sum())


def _forward(function: Function) -> Function:
    return lambda x: jvp(function, (x,), (V,))[1]


def _weighted(function: Function, weights: np.ndarray = U) -> Function:
    return lambda x: vjp(function, x)[1](jnp.asarray(weights))[0]


def _along(function: Function) -> Function:
    """The Hessian times V, forward over reverse."""
    return _forward(grad(function))


Row = tuple[Callable[[Function], Function], Function, np.ndarray]
LOOPS = {
    "Python loop": python_loop,
    "loop operation": loop_operation,
    "fixed Python loop": fixed_python_loop,
    "scan": scanned,
    "counted loop": counted_loop,
}
TRANSFORMATIONS: dict[str, Row] = {
    "gradient": (grad, f, X),
    "gradient of a compiled function": (_reverse, g, X),
    "jvp": (_forward, g, X),
    "vjp": (_weighted, g, X),
    "jacfwd": (jacfwd, g, X),
    "jacrev": (jacrev, g, X),
    "hessian": (hessian, f, X),
    "hvp forward over reverse": (_along, f, X),
    "hvp reverse over forward": (lambda f: grad(_forward(f)), f, X),
    "hvp reverse over reverse": (lambda f: _weighted(grad(f), V), f, X),
    "third derivative": (lambda f: grad(lambda x: V @ _along(f)(x)), f, X),
    "vmap of gradient": (lambda f: vmap(grad(f)), f, BATCH),
    "vmap of hvp": (lambda f: vmap(_along(f)), f, BATCH),
    "custom rule": (_reverse, rounded_squares, X),
    "custom rule, whole": (_reverse, rounded_squares, X),
    "custom rule, forward": (_forward, lambda x: straight_forward(x) ** 2, X),
    "checkpoint": (_reverse, jax.checkpoint(g), X),
    "checkpoint, whole": (_reverse, jax.checkpoint(g), X),
    **{
        f"{name}, {direction}": (transformation, function, X)
        for name, function in LOOPS.items()
        for direction, transformation in (("reverse", _reverse), ("forward", _forward))
    },
    "scan, whole": (_reverse, scanned, X),
    "vmap of loop operation": (vmap, loop_operation, BATCH),
    "sparse product, reverse": (_reverse, sparse_product, X),
    "sparse product, forward": (_forward, sparse_product, X),
    "sparse product, by entries": (_reverse, lambda stored: sparse_product(jnp.asarray(X), stored), STORED),
    "repeated index, reverse": (_reverse, taken, X),
    "repeated index, forward": (_forward, taken, X),
    "scatter": (_reverse, added, X),
    "argmax": (grad, lambda x: x[x.argmax()] ** 2, X),
    "sort": (_reverse, lambda x: U[:3] * jnp.sort(x), X),
    "rounding": (_reverse, lambda x: jnp.round(x) * x, X),
    "conversion to integers": (_reverse, lambda x: x.astype(int) * x, X),
}
"""Transformation, function, and where it is taken."""


def evaluations() -> int:
    """How often g is evaluated in one gradient through a checkpoint."""
    calls: list[None] = []

    def counted(x: jax.Array) -> jax.Array:
        jax.debug.callback(lambda: calls.append(None))
        return g(x)

    _reverse(jax.checkpoint(counted))(jnp.asarray(X))
    jax.effects_barrier()
    return len(calls)


def transformed(name: str, mode: str) -> Any:
    """Error of a transformation in a mode; of a checkpoint also how often it evaluates the function."""
    transformation, function, x = TRANSFORMATIONS[name]
    if mode == "eager":
        called = transformation(function)
    elif name in problem.OUTSIDE:
        called = transformation(jax.jit(function))
    else:
        called = jax.jit(transformation(function))
    error = problem.error(name, np.asarray(called(jnp.asarray(x))))
    return problem.recomputed(error, evaluations()) if (name, mode) == ("checkpoint", "eager") else error


def events() -> Iterator[Event]:
    """Every transformation, eagerly and as one program."""
    jax.config.update("jax_enable_x64", True)
    for name in problem.transformations():
        for mode in ("eager", "compiled"):
            yield attempt(f"{mode}.{name}", transformed, name, mode)
