"""ADBench's LSTM."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.workloads.autodiff.lstm_objective.torch_impl import Recurrence, in_blocks
from tests.proof.alternatives import Alternative


def of(steps: int) -> Callable[..., Recurrence]:
    """`in_blocks` of so many steps, whatever is asked for."""

    def other(run: Any, _: int) -> Recurrence:
        return in_blocks(run, steps)

    return other


ALTERNATIVES = tuple(
    Alternative("torch", f"blocks of {steps}", ("gradient",), ("compile",), {"in_blocks": of(steps)})
    for steps in (11, 93)
)
