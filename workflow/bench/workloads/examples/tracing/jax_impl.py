"""Tracing and compiling in JAX."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp

from bench.events import Event
from bench.measuring import timing
from bench.measuring.record import attempt, ok, typical_seconds
from bench.workloads.examples.tracing import problem


def function(x: jax.Array, w: jax.Array) -> jax.Array:
    """The function."""
    return (jnp.tanh(x @ w) ** 2).sum()


def arguments(shape: str, dtype: jnp.dtype = jnp.float32) -> list[jax.Array]:
    """The function's inputs, computed and in place."""
    return jax.block_until_ready([jnp.asarray(array, dtype) for array in problem.inputs(problem.ROWS[shape])])


def traces() -> Iterator[Event]:
    """`value`: traces so far, after each of the calls."""
    traced: list[int] = []

    def counted(x: jax.Array, w: jax.Array) -> jax.Array:
        traced.append(1)
        return function(x, w)

    jitted = jax.jit(counted)
    yield ok("traces.definition", len(traced))
    for name, shape, dtype in (
        ("first_call", "first", jnp.float32),
        ("same_shape", "first", jnp.float32),
        ("new_shape", "second", jnp.float32),
        ("third_shape", "third", jnp.float32),
        ("new_type", "first", jnp.bfloat16),
    ):
        jitted(*arguments(shape, dtype))
        yield ok(f"traces.{name}", len(traced))


def times() -> Iterator[Event]:
    """`value`: seconds of single calls as they come, and of a typical later call; each waits for its result."""
    jax.clear_caches()
    first, second = arguments("first"), arguments("second")
    yield ok("seconds.eager", typical_seconds(lambda: function(*first).block_until_ready()))
    jitted = jax.jit(function)
    yield ok("seconds.first_call", timing.seconds_of(lambda: jitted(*first).block_until_ready()))
    yield ok("seconds.later_call", typical_seconds(lambda: jitted(*first).block_until_ready()))
    yield ok("seconds.new_shape", timing.seconds_of(lambda: jitted(*second).block_until_ready()))
    yield ok("seconds.later_call_new_shape", typical_seconds(lambda: jitted(*second).block_until_ready()))
    expected = problem.value(problem.ROWS["second"])
    yield ok("error", abs(float(jitted(*second)) - expected) / expected)


def effects(compile_it: bool) -> float:
    """How often a side effect on a Python list happened in the calls."""
    seen: list[str] = []

    def impure(x: jax.Array, w: jax.Array) -> jax.Array:
        seen.append("ran")
        return function(x, w)

    called = jax.jit(impure) if compile_it else impure
    for _ in range(problem.CALLS):
        called(*arguments("first"))
    return len(seen)


def events() -> Iterator[Event]:
    """Traces, side effects and times."""
    yield from traces()
    yield attempt("effects.eager", effects, False)
    yield attempt("effects.compiled", effects, True)
    yield from times()
