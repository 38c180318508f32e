"""Control flow in JAX: operation by operation, jitted, exported, and as operations of the graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bench.events import Event
from bench.measuring.record import attempt
from bench.workloads.examples.control_flow import problem

Function = Callable[[jax.Array], jax.Array]


def branch(x: jax.Array) -> jax.Array:
    """Python's `if` on an array."""
    if x.sum() > 0:
        return 2 * x
    return x - 1


def loop(x: jax.Array) -> jax.Array:
    """Python's `while` on an array."""
    while (x * x).sum() > 1:
        x = x / 2
    return x


def structured_branch(x: jax.Array) -> jax.Array:
    """The branch as an operation."""
    return lax.cond(x.sum() > 0, lambda x: 2 * x, lambda x: x - 1, x)


def structured_loop(x: jax.Array) -> jax.Array:
    """The loop as an operation."""
    return lax.while_loop(lambda x: (x * x).sum() > 1, lambda x: x / 2, x)


def error(function: Function, name: str) -> float:
    """Largest difference from the NumPy value over both inputs; the function is the same object for both."""
    differences = [np.asarray(function(jnp.asarray(x))) - problem.REFERENCES[name](x) for x in problem.INPUTS.values()]
    return float(np.abs(differences).max())


def compiled(function: Function, name: str) -> tuple[float, str]:
    """Error of the jitted function, and how many graphs were traced for the two inputs."""
    traces: list[jax.Array] = []

    def counted(x: jax.Array) -> jax.Array:
        traces.append(x)
        return function(x)

    return error(jax.jit(counted), name), f"{len(traces)}"


def exported(function: Function, name: str) -> float:
    """Error of the function exported with the positive input's shape and run on both."""
    program = jax.export.export(jax.jit(function))(jax.ShapeDtypeStruct((3,), np.float32))
    return error(program.call, name)


def operations(x: np.ndarray) -> str:
    """Primitives of the branch's graph; the value of x is known only while tracing with it closed over."""
    return " ".join(equation.primitive.name for equation in jax.make_jaxpr(structured_branch)(x).eqns)


def events() -> Iterator[Event]:
    """Which ways of writing a branch and a loop run, which raise, and what they say. `value`: largest error."""
    for sign, x in problem.INPUTS.items():
        yield attempt(f"graph.{sign}", operations, x)
    for name, function, structured in (("branch", branch, structured_branch), ("loop", loop, structured_loop)):
        yield attempt(f"eager.{name}", error, function, name)
        yield attempt(f"compiled.{name}", compiled, function, name)
        yield attempt(f"export.{name}", exported, function, name)
        yield attempt(f"structured.{name}", compiled, structured, name)
