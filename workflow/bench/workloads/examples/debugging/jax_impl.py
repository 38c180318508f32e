"""Debugging JAX."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from bench.events import Event
from bench.measuring.record import attempt
from bench.workloads.examples.debugging import problem

Function = Callable[..., Any]


def printing(x: jax.Array) -> jax.Array:
    """The function with a print."""
    y = x * 2
    print(y)
    return y + 1


def debug_printing(x: jax.Array) -> jax.Array:
    """The function with the framework's print."""
    y = x * 2
    jax.debug.print("{}", y)
    return y + 1


def stopping(x: jax.Array) -> jax.Array:
    """The function with a breakpoint."""
    y = x * 2
    breakpoint()
    return y + 1


def misfitting(x: jax.Array) -> jax.Array:
    """A product of matrices that do not fit."""
    return jnp.ones((2, 3)) @ x


def out_of_range(x: jax.Array) -> jax.Array:
    """An index past the end."""
    return x[len(x) + 3]


def square_root(x: jax.Array) -> jax.Array:
    """A not-a-number."""
    return jnp.sqrt(x - 2).sum()


def eager(function: Function) -> Function:
    """As it is."""
    return function


def compiled(function: Function) -> Function:
    """Jitted, and waited for."""
    jitted = jax.jit(function)

    def call(*arguments: Any) -> Any:
        result = jax.block_until_ready(jitted(*arguments))
        jax.effects_barrier()
        return result

    return call


def switched_off(function: Function) -> Function:
    """Jitted, and called with the switch that runs it eagerly."""
    jitted = jax.jit(function)

    def call(*arguments: Any) -> Any:
        with jax.disable_jit():
            return jitted(*arguments)

    return call


MODES: dict[str, Callable[[Function], Function]] = {"eager": eager, "compiled": compiled, "switched off": switched_off}


def checked_for_nan(x: jax.Array) -> jax.Array:
    """A not-a-number under the framework's check for it."""
    with jax.debug_nans(True):
        return square_root(x)


def events() -> Iterator[Event]:
    """What is shown in every mode."""
    x = jnp.asarray(problem.X)
    for mode, prepare in MODES.items():
        yield attempt(f"print.{mode}", problem.printed, partial(prepare(printing), x))
        yield attempt(f"breakpoint.{mode}", problem.debugged, partial(prepare(stopping), x))
    yield attempt("framework's print.compiled", problem.printed, partial(compiled(debug_printing), x))
    for mode in ("eager", "compiled"):
        for name, function in (("misfit", misfitting), ("index", out_of_range), ("not-a-number", square_root)):
            yield attempt(f"{name}.{mode}", problem.located, partial(MODES[mode](function), x), function.__name__)
    yield attempt("not-a-number.checked", problem.located, partial(checked_for_nan, x), "checked_for_nan")
