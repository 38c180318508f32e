"""Values that people report, in JAX; running means are optax's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import optax

from bench.events import Event
from bench.measuring.record import attempt
from bench.workloads.examples.reported_values import problem
from bench.workloads.examples.reported_values.problem import shown


def running_mean() -> str:
    """Of the batch, by an exponential moving average."""
    average = optax.ema(problem.MOMENTUM, debias=False)
    mean, _ = average.update(jnp.asarray(problem.BATCH).mean(), average.init(jnp.zeros(())))
    return shown(mean)


def transposed(padding: str | list[tuple[int, int]]) -> str:
    """The transposed convolution."""
    signal, kernel = (jnp.asarray(array)[None, None] for array in (problem.SIGNAL, problem.KERNEL))
    layout = ("NCW", "IOW", "NCW")
    return shown(jax.lax.conv_transpose(signal, kernel, (problem.STRIDE,), padding, dimension_numbers=layout))


def resized() -> str:
    """The smaller image."""
    return shown(jax.image.resize(jnp.asarray(problem.IMAGE), (problem.SMALLER,), "linear"))


WAYS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "by norm": lambda x: jnp.linalg.norm(x) ** 2,
    "root": lambda x: jnp.sqrt(jnp.square(x).sum()) ** 2,
    "sum": lambda x: jnp.square(x).sum(),
}


def slope(way: Callable[[jax.Array], jax.Array]) -> str:
    """The gradient at zero."""
    return shown(jax.grad(way)(jnp.asarray(problem.ORIGIN)))


def checked() -> str:
    """The gradient by the root, with the framework's check."""
    with jax.debug_nans(True):
        return slope(WAYS["root"])


def small(function: Callable[[jax.Array], jax.Array]) -> str:
    """A function of the subnormal number."""
    return shown(jax.jit(function)(jnp.full((8,), problem.SUBNORMAL))[0])


OPERATIONS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "log": jnp.log,
    "square root": jnp.sqrt,
    "is zero": lambda x: (x == 0).astype(jnp.float32),
}


def events() -> Iterator[Event]:
    """What came of every example."""
    yield attempt("meaning.momentum", running_mean)
    yield attempt("meaning.padding 1", transposed, [(1, 1)])
    yield attempt("meaning.padding SAME", transposed, "SAME")
    yield attempt("meaning.8 to 3 values", resized)
    for name, way in WAYS.items():
        yield attempt(f"norm.{name}", slope, way)
    yield attempt("norm.checked", checked)
    for name, operation in OPERATIONS.items():
        yield attempt(f"subnormal.{name}", small, operation)
