"""Debugging PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from bench.events import Event
from bench.measuring.record import attempt
from bench.workloads.examples.debugging import problem

X = torch.from_numpy(problem.X)
Function = Callable[..., Any]


def printing(x: torch.Tensor) -> torch.Tensor:
    """The function with a print."""
    y = x * 2
    print(y)
    return y + 1


def stopping(x: torch.Tensor) -> torch.Tensor:
    """The function with a breakpoint."""
    y = x * 2
    breakpoint()
    return y + 1


def misfitting(x: torch.Tensor) -> torch.Tensor:
    """A product of matrices that do not fit."""
    return torch.ones(2, 3) @ x


def out_of_range(x: torch.Tensor) -> torch.Tensor:
    """An index past the end."""
    return x[len(x) + 3]


def square_root(x: torch.Tensor) -> torch.Tensor:
    """A not-a-number."""
    return torch.sqrt(x - 2).sum()


def eager(function: Function) -> Function:
    """As it is."""
    return function


def compiled(function: Function) -> Function:
    """Compiled, with graph breaks allowed."""
    return torch.compile(function, backend="eager")


def whole(function: Function) -> Function:
    """Compiled as one graph."""
    return torch.compile(function, backend="eager", fullgraph=True)


def switched_off(function: Function) -> Function:
    """Compiled, and called with the switch that runs it eagerly."""
    called = compiled(function)

    def call(*arguments: Any) -> Any:
        with torch.compiler.set_stance("force_eager"):
            return called(*arguments)

    return call


MODES: dict[str, Callable[[Function], Function]] = {
    "eager": eager,
    "compiled": compiled,
    "whole": whole,
    "switched off": switched_off,
}


def checked_for_nan() -> None:
    """The backward pass of a not-a-number under the framework's check for it."""
    x = X.clone().requires_grad_()
    with torch.autograd.detect_anomaly(check_nan=True):
        square_root(x).backward()


def events() -> Iterator[Event]:
    """What is shown in every mode."""
    for mode, prepare in MODES.items():
        torch.compiler.reset()
        yield attempt(f"print.{mode}", problem.printed, partial(prepare(printing), X))
        yield attempt(f"breakpoint.{mode}", problem.debugged, partial(prepare(stopping), X))
    for mode in ("eager", "compiled"):
        torch.compiler.reset()
        for name, function in (("misfit", misfitting), ("index", out_of_range), ("not-a-number", square_root)):
            yield attempt(f"{name}.{mode}", problem.located, partial(MODES[mode](function), X), function.__name__)
    yield attempt("not-a-number.checked", problem.located, checked_for_nan, "checked_for_nan")
