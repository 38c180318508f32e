"""Derivatives in JAX."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import grad, jacfwd, jacrev, vjp

from bench.events import Event
from bench.measuring.record import attempt, compact, ratio_of_seconds, typical_seconds
from bench.workloads.examples.derivatives import problem
from bench.workloads.examples.transformations.jax_impl import transformed

Function = Callable[[jax.Array], Any]


def affine(case: str = "batch") -> list[jax.Array]:
    """x, W and b."""
    return [jnp.asarray(array) for array in problem.affine(case).values()]


def linear(x: jax.Array, w: jax.Array, b: jax.Array) -> jax.Array:
    """The vector-valued linear model."""
    return x @ w + b


def shapes(value: Any) -> str:
    """Shapes of the arrays in a result."""
    return " ".join(str(leaf.shape) for leaf in jax.tree.leaves(value))


def without_jit() -> tuple[float, str]:
    """Error of a gradient taken while jit is switched off, and of one that is merely not jitted."""
    with jax.disable_jit():
        disabled = transformed("gradient", "eager")
    return disabled, compact({"jit disabled": disabled, "not jitted": transformed("gradient", "eager")})


def shorthand(case: str, name: str) -> tuple[float, str]:
    """The Jacobian of y = x W + b with respect to one of its inputs, against the shorthand."""
    jacobian = jacrev(linear, argnums="xWb".index(name))(*affine(case))
    equal, details = problem.shorthand(case, name, np.asarray(jacobian))
    return equal, compact(details)


def derivative(order: int) -> Function:
    """The derivative of exp(-x^2) of an order, as a function of the points, by nested grad."""
    function: Function = lambda x: jnp.exp(-(x**2))  # noqa: E731
    for _ in range(order):
        function = grad(lambda x, inner=function: inner(x).sum())
    return function


def orders() -> Iterator[Event]:
    """Error, seconds, bytes and number of operations by order."""
    x = jnp.asarray(problem.points())
    for order in problem.ORDERS:
        compiled = jax.jit(derivative(order)).lower(x).compile()
        yield attempt(f"order.{order}.error", lambda n, c: problem.order_error(n, np.asarray(c(x))), order, compiled)
        yield attempt(f"order.{order}.seconds", typical_seconds, lambda c=compiled: c(x).block_until_ready())
        yield attempt(f"order.{order}.bytes", lambda c: c.memory_analysis().temp_size_in_bytes, compiled)
        program = jax.make_jaxpr(derivative(order))(x)
        yield attempt(f"order.{order}.operations", lambda program: len(program.eqns), program)


def function_of_cost(x: jax.Array, w: jax.Array) -> jax.Array:
    """The function whose gradient's cost is measured."""
    return jnp.tanh(x @ w).sum()


def primitives(jaxpr: Any) -> list[str]:
    """Names of a program's operations in the order of execution."""
    return [equation.primitive.name for equation in jaxpr.eqns]


def backward_program() -> str:
    """The forward program, the linear program that it leaves, and that one transposed."""
    x, w = (jnp.asarray(array) for array in problem.cost_inputs())
    forward = jax.make_jaxpr(lambda w: function_of_cost(x, w))(w)
    value, linearised = jax.linearize(lambda w: function_of_cost(x, w), w)
    linear_program = jax.make_jaxpr(linearised)(w)
    backward = jax.make_jaxpr(jax.linear_transpose(linearised, w))(value)
    programs = {"forward": forward, "linear": linear_program, "backward": backward}
    return compact(
        {name: primitives(program) for name, program in programs.items()}
        | {f"{name} text": str(program) for name, program in programs.items()}
    )


def chain(depth: int) -> Function:
    """sin applied so often."""

    def function(x: jax.Array) -> jax.Array:
        for _ in range(depth):
            x = jnp.sin(x)
        return x

    return function


def deep() -> tuple[float, str]:
    """Error of the derivative of a chain that is deeper than Python can recurse."""
    error, counts = problem.chain_error("jax", float(grad(chain(problem.DEPTH["jax"]))(1.0)))
    return error, compact(counts)


def walked() -> int:
    """The equations of the chain, counted by recursion in Python from the output to what each was computed from."""
    program = jax.make_jaxpr(chain(problem.DEPTH["jax"]))(1.0).jaxpr
    made_by = {output: equation for equation in program.eqns for output in equation.outvars}

    def count(variable: Any) -> int:
        equation = made_by.get(variable)
        return 0 if equation is None else 1 + sum(count(other) for other in equation.invars)

    return count(program.outvars[0])


def noted(name: str, value: jax.Array, visited: list[str]) -> jax.Array:
    """Twice the value, by an operation that tells when the backward pass visits it."""

    def backward(_: None, cotangent: jax.Array) -> tuple[jax.Array]:
        visited.append(name)
        return (2 * cotangent,)

    double = jax.custom_vjp(lambda x: 2 * x)
    double.defvjp(lambda x: (2 * x, None), backward)
    return double(value)


def branches() -> tuple[float, str]:
    """In which order two branches are visited whose operations were recorded in turns."""
    recorded: list[str] = []
    visited: list[str] = []

    def function(x: jax.Array) -> jax.Array:
        values = dict.fromkeys(problem.SIDES, x)
        for step in range(problem.STEPS):
            for side in problem.SIDES:
                recorded.append(f"{side} {step}")
                values[side] = noted(recorded[-1], values[side], visited)
        return jnp.stack([*values.values()]).prod()

    grad(function)(1.0)
    changes, order = problem.visits(recorded, visited)
    return changes, compact(order)


def ladder() -> tuple[int, str]:
    """How often the operations of a ladder are visited."""
    visited: list[str] = []

    def function(x: jax.Array) -> jax.Array:
        for rung in range(problem.RUNGS):
            x = noted(str(rung), x, visited)
            x = jnp.sin(x) * jnp.cos(x)
        return x

    grad(function)(1.0)
    return len(visited), compact({"operations": problem.RUNGS, "paths": 2**problem.RUNGS})


def cost() -> tuple[float, dict[str, float]]:
    """Seconds of value and gradient in units of the seconds of the value alone; and XLA's count of operations."""
    x, w = (jnp.asarray(array) for array in problem.cost_inputs())
    function = jax.jit(function_of_cost).lower(x, w).compile()
    gradient = jax.jit(jax.value_and_grad(function_of_cost, argnums=1)).lower(x, w).compile()
    ratio, seconds = ratio_of_seconds(
        lambda: jax.block_until_ready(gradient(x, w)), lambda: jax.block_until_ready(function(x, w))
    )
    flops = [(program.cost_analysis() or {}).get("flops", float("nan")) for program in (gradient, function)]
    return ratio, seconds | {"flops": flops[0], "base_flops": flops[1]}


def events() -> Iterator[Event]:
    """Patterns, orders and costs."""
    jax.config.update("jax_enable_x64", True)
    yield attempt("without jit", without_jit)
    yield attempt("vector.as printed", lambda: shapes(grad(linear)(*affine())))
    for name, transform in (("jacrev", jacrev), ("jacfwd", jacfwd)):
        yield attempt(f"vector.{name}", lambda t: shapes(t(linear)(*affine())), transform)
    yield attempt("vector.vjp", lambda: shapes(vjp(linear, *affine())[1](jnp.ones((3, 2)))))
    yield attempt("arguments.default", lambda: shapes(grad(lambda *a: linear(*a).sum())(*affine())))
    yield attempt("arguments.argnums", lambda: shapes(grad(lambda *a: linear(*a).sum(), argnums=(0, 1, 2))(*affine())))
    for case in problem.AFFINE_SHAPES:
        for name in "xWb":
            yield attempt(f"shorthand.{name}.{case}", shorthand, case, name)
    yield from orders()
    yield attempt("backward program", backward_program)
    yield attempt("deep.gradient", deep)
    yield attempt("deep.recursion", walked)
    yield attempt("branches", branches)
    yield attempt("ladder", ladder)
    yield attempt("cost", cost)
