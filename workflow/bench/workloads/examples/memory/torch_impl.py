"""Memory of a training step in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch._dynamo  # torch.optim imports it with its first optimiser; here it is there before anything is measured

from bench.events import Event
from bench.measuring.record import attempt, compact, ok
from bench.measuring.resources import forget_peak, peak_resident_bytes, resident_bytes
from bench.workloads.examples.memory import problem

BETAS, EPSILON = (0.9, 0.999), 1e-8
IN_PLACE: dict[str, dict[str, bool]] = {
    "fused": {"fused": True},
    "one by one": {"foreach": False},
    "all at once": {"foreach": True},
}
"""Arguments of torch.optim.Adam: one kernel for everything, one parameter after the other (the default on a CPU), or
one operation after the other over all parameters (the default on a GPU)."""


class Adam:
    """Adam that allocates: new parameters and new state, before the old ones are dropped."""

    def __init__(self, parameters: list[torch.Tensor]) -> None:
        """Starts with moments of zero."""
        self.parameters = parameters
        self.moments = [(torch.zeros_like(value), torch.zeros_like(value)) for value in parameters]
        self.steps = 0

    @torch.no_grad()
    def step(self) -> None:
        """One update."""
        self.steps += 1
        updated = [self.updated(value, *moments) for value, moments in zip(self.parameters, self.moments, strict=True)]
        self.parameters[:] = [value.requires_grad_() for value, *_ in updated]
        self.moments = [(first, second) for _, first, second in updated]

    def updated(self, value: torch.Tensor, first: torch.Tensor, second: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """A parameter and its moments after the update."""
        if value.grad is None:
            raise ValueError("a parameter has no gradient")
        one, other = BETAS
        first, second = first.lerp(value.grad, 1 - one), second.lerp(value.grad.square(), 1 - other)
        spread = (second / (1 - other**self.steps)).sqrt_().add_(EPSILON)
        return value.addcdiv(first, spread, value=-problem.LEARNING_RATE / (1 - one**self.steps)), first, second

    def zero_grad(self, set_to_none: bool) -> None:
        """New parameters have no gradients."""


def loss_of(parameters: list[torch.Tensor], x: torch.Tensor, repeats: int) -> torch.Tensor:
    """The loss."""
    h = x
    for w in parameters:
        h = h @ w
        for _ in range(repeats):
            h = torch.tanh(h)
    return h.square().sum() / (2 * len(x))


def resident() -> int:
    """Bytes resident now. Raises OSError where the system does not tell."""
    found = resident_bytes()
    if found is None:
        raise OSError("this system does not tell how much memory is resident")
    return found


def train(rows: str, optimiser: str, set_to_none: bool) -> dict[str, Any]:
    """Losses of the steps, and bytes in the last: at the end of each part, and the most in each."""
    x = torch.from_numpy(problem.inputs(rows))
    x @ x.T  # the library of matrix products makes its buffers
    start = resident()
    parameters = [torch.from_numpy(w).requires_grad_() for w in problem.weights()]
    update: Any = (
        Adam(parameters)
        if optimiser == "allocating"
        else torch.optim.Adam(parameters, problem.LEARNING_RATE, BETAS, EPSILON, **IN_PLACE[optimiser])
    )
    losses: list[torch.Tensor] = []

    def forward() -> None:
        losses.append(loss_of(parameters, x, problem.REPEATS[rows]))

    def backward() -> None:
        losses[-1].backward()
        losses[-1] = losses[-1].detach()

    parts: dict[str, Callable[[], None]] = {
        "forward": forward,
        "backward": backward,
        "update": lambda: update.step(),
        "clear": lambda: update.zero_grad(set_to_none),
    }
    for _ in range(problem.STEPS):
        found = {name: bytes_of(part, start) for name, part in parts.items()}
    return {
        "losses": [loss.item() for loss in losses],
        "parts": found,
        "peak": max(part["peak"] for part in found.values()),
        "between": found["clear"]["end"],
    }


def bytes_of(part: Callable[[], None], start: int) -> dict[str, int]:
    """The most bytes that are resident while a part of the step runs, and those at its end, beyond `start`."""
    forget_peak()
    part()
    return {"peak": peak_resident_bytes() - start, "end": resident() - start}


def measurement(rows: str, optimiser: str, set_to_none: bool) -> tuple[float, str]:
    """One variant: the peak, and the rest of what was measured."""
    peak, found = problem.measured(train, rows, optimiser, set_to_none)
    return peak, compact(found | {"error": problem.error(rows, found.pop("losses"))})


def old_parameters() -> tuple[float, str]:
    """1 if a tensor that shares its memory with a parameter shows the new values after a step, else 0; both values."""
    parameter = torch.ones(4, requires_grad=True)
    old = parameter.detach()
    parameter.sum().backward()
    torch.optim.SGD([parameter], 0.25).step()
    return float(torch.equal(old, parameter)), compact({"before": 1.0, "read": old[0].item()})


def events() -> Iterator[Event]:
    """Clearing gradients, with few rows and with many; updates in place and one that allocates."""
    yield ok("bytes", problem.PARAMETER_BYTES, {"state": problem.STATE_BYTES, "outputs": problem.OUTPUT_BYTES})
    yield attempt("old parameters.read", old_parameters)
    for rows in problem.ROWS:
        yield attempt(f"set to none.{rows} rows", measurement, rows, "fused", True)
        yield attempt(f"set to zero.{rows} rows", measurement, rows, "fused", False)
    for optimiser in (*list(IN_PLACE)[1:], "allocating"):
        yield attempt(f"update.{optimiser}", measurement, "few", optimiser, True)
