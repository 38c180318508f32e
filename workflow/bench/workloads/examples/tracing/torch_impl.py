"""Tracing and compiling in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from bench.events import Event
from bench.measuring import timing
from bench.measuring.record import attempt, ok, typical_seconds
from bench.workloads.examples.tracing import problem


def function(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    """The function."""
    return (torch.tanh(x @ w) ** 2).sum()


def arguments(shape: str, dtype: torch.dtype = torch.float32) -> list[torch.Tensor]:
    """The function's inputs."""
    return [torch.from_numpy(array).to(dtype) for array in problem.inputs(problem.ROWS[shape])]


def traces() -> Iterator[Event]:
    """`value`: graphs captured so far, after each of the calls."""
    captured: list[int] = []

    def capture(module: torch.fx.GraphModule, _: Any) -> Callable[..., Any]:
        captured.append(len(module.graph.nodes))
        return module.forward

    torch.compiler.reset()
    compiled = torch.compile(function, backend=capture)
    yield ok("traces.definition", len(captured))
    for name, shape, dtype in (
        ("first_call", "first", torch.float32),
        ("same_shape", "first", torch.float32),
        ("new_shape", "second", torch.float32),
        ("third_shape", "third", torch.float32),
        ("new_type", "first", torch.float64),
    ):
        compiled(*arguments(shape, dtype))
        yield ok(f"traces.{name}", len(captured))


def times() -> Iterator[Event]:
    """`value`: seconds of single calls as they come, and of a typical later call."""
    torch.compiler.reset()
    first, second = arguments("first"), arguments("second")
    yield ok("seconds.eager", typical_seconds(lambda: function(*first)))
    compiled = torch.compile(function)
    yield ok("seconds.first_call", timing.seconds_of(lambda: compiled(*first)))
    yield ok("seconds.later_call", typical_seconds(lambda: compiled(*first)))
    yield ok("seconds.new_shape", timing.seconds_of(lambda: compiled(*second)))
    yield ok("seconds.later_call_new_shape", typical_seconds(lambda: compiled(*second)))
    expected = problem.value(problem.ROWS["second"])
    yield ok("error", abs(float(compiled(*second)) - expected) / expected)


def effects(compile_it: bool) -> float:
    """How often a side effect on a Python list happened in the calls."""
    seen: list[str] = []

    def impure(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        seen.append("ran")
        return function(x, w)

    torch.compiler.reset()
    called = torch.compile(impure, backend="eager") if compile_it else impure
    for _ in range(problem.CALLS):
        called(*arguments("first"))
    return len(seen)


def events() -> Iterator[Event]:
    """Traces, side effects and times."""
    yield from traces()
    yield attempt("effects.eager", effects, False)
    yield attempt("effects.compiled", effects, True)
    yield from times()
