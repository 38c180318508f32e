"""The graphs that JAX makes of the model: jaxpr, its gradient's jaxpr, StableHLO, and the compiled module."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bench.events import Event
from bench.measuring.record import attempt, compact
from bench.workloads.examples.graphs import problem

NAMES = ("x", "W", "b", "t")
SOURCE_TABLES = re.compile(r"\n\nFileNames\n.*?(?=\n\n\n|\n\n(?:%|ENTRY))", re.DOTALL)
"""Where a compiled module says which lines of which files it was made from."""
METADATA = re.compile(r", (?:metadata|frontend_attributes|backend_config)=\{(?:[^{}]|\{[^{}]*\})*\}")


def loss(x: jax.Array, w: jax.Array, b: jax.Array, t: jax.Array) -> jax.Array:
    """The mean squared error."""
    return ((x @ w + b - t) ** 2).mean()


def arrays() -> list[jax.Array]:
    """The inputs."""
    return [jnp.asarray(array) for array in problem.inputs().values()]


def shapes() -> list[jax.ShapeDtypeStruct]:
    """Shapes and types of the inputs, without their values."""
    return [jax.ShapeDtypeStruct(array.shape, array.dtype) for array in problem.inputs().values()]


def described(jaxpr: Any, outputs: tuple[str, ...]) -> str:
    """A jaxpr in the common form: one node per equation, one edge per variable."""
    nodes: list[dict[str, Any]] = []
    edges: list[list[str]] = []
    source: dict[Any, str] = {}
    for name, variable in zip(NAMES, jaxpr.invars, strict=True):
        source[variable] = name
        nodes.append({"id": name, "label": name, "kind": "input", "shape": list(variable.aval.shape)})
    for number, equation in enumerate(jaxpr.eqns):
        key = f"n{number}"
        nodes.append(
            {
                "id": key,
                "label": equation.primitive.name,
                "kind": "operation",
                "shape": list(equation.outvars[0].aval.shape),
            }
        )
        edges += [[source[variable], key] for variable in equation.invars if not hasattr(variable, "val")]
        source |= dict.fromkeys(equation.outvars, key)
    for name, variable in zip(outputs, jaxpr.outvars, strict=True):
        nodes.append({"id": f"out {name}", "label": name, "kind": "output", "shape": list(variable.aval.shape)})
        edges.append([source[variable], f"out {name}"])
    return compact({"nodes": nodes, "edges": edges})


def traced(function: Callable[..., Any], outputs: tuple[str, ...]) -> tuple[float, str]:
    """Number of equations of the function's jaxpr, and the jaxpr as a graph; made from shapes, without any value."""
    jaxpr = jax.jit(function).trace(*shapes()).jaxpr.jaxpr
    return float(len(jaxpr.eqns)), described(jaxpr, outputs)


def linear() -> tuple[float, str]:
    """1 if x W + b of arrays carries a graph, else 0; and the attributes that look like one."""
    x, w, b, _ = arrays()
    y = x @ w + b
    found = [name for name in dir(y) if "grad" in name or "graph" in name or "jaxpr" in name]
    return float(bool(found)), " ".join(found) or "None"


def intermediate(run: Callable[[Callable[..., Any]], Callable[..., Any]]) -> tuple[float, str]:
    """Number and type of an intermediate result as the function itself sees it while it runs."""
    seen: list[Any] = []

    def function(x: jax.Array, w: jax.Array) -> jax.Array:
        y = x @ w
        seen.append((float(y.sum()), type(y).__name__))
        return y

    x, w, _, _ = arrays()
    run(function)(x, w)
    return seen[0]


def unchanged(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it is."""
    return function


class Compilations:
    """Counts what XLA compiles while it listens."""

    count = 0

    def __call__(self, event: str, duration_secs: float, **_: str | int) -> None:
        """What jax.monitoring calls."""
        self.count += event == "/jax/core/compile/backend_compile_duration"


def operations_run() -> tuple[float, str]:
    """How many separate programs XLA compiles for one call without jit, and for one with it, from empty caches."""
    counts = []
    for run in (unchanged, jax.jit):
        jax.clear_caches()
        arguments = arrays()
        jax.block_until_ready(arguments)
        counter = Compilations()
        jax.monitoring.register_event_duration_secs_listener(counter)
        try:
            jax.block_until_ready(run(loss)(*arguments))
        finally:
            jax.monitoring.unregister_event_duration_listener(counter)
        counts.append(counter.count)
    return float(counts[0]), compact({"eager": counts[0], "jit": counts[1]})


def text(stage: str) -> str:
    """The program of the loss at a stage of its compilation."""
    tracing = jax.jit(loss).trace(*shapes())
    if stage == "jaxpr":
        return str(tracing.jaxpr)
    if stage == "stablehlo":
        return str(tracing.lower().as_text())
    module = SOURCE_TABLES.sub("\n\n", str(tracing.lower().compile().as_text()))
    return METADATA.sub("", module)


def compiled_error() -> float:
    """Difference of the compiled module's loss from NumPy's; the module was made before any value was known."""
    module = jax.jit(loss).trace(*shapes()).lower().compile()
    return problem.error(float(np.asarray(module(*arrays()))))


def events() -> Iterator[Event]:
    """Every graph of the model."""
    yield attempt("plain", linear)
    yield attempt("traced", traced, loss, ("loss",))
    yield attempt("traced.gradient", traced, jax.grad(loss, argnums=(1, 2)), ("∂loss/∂W", "∂loss/∂b"))
    yield attempt("compiled", compiled_error)
    for stage in ("jaxpr", "stablehlo", "module"):
        yield attempt(f"text.{stage}", text, stage)
    yield attempt("intermediate.eager", intermediate, unchanged)
    yield attempt("intermediate.compiled", intermediate, jax.jit)
    yield attempt("programs", operations_run)
