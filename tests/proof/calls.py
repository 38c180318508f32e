"""What PyTorch's own guards cost in every call of a compiled function: measured in turns, in one process."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from statistics import median
from typing import Any

from bench.measuring import timing

ROUNDS, CALLS = 50, 2000


def measured() -> dict[str, Any]:
    """Microseconds that each guard adds to a call, the median over rounds of the difference from the plain call."""
    import torch

    from bench.backends import torch_backend

    torch_backend.configure("cpu", "float32", 1)
    x = torch.ones(100)
    step = torch_backend.compiled(lambda x: {"y": x * 2}, "compile", "cpu")

    def entered() -> None:
        with torch.inference_mode():
            step(x)

    def seconds(call: Callable[[], Any], region: AbstractContextManager[Any]) -> float:
        with region:
            return timing.block_seconds(call, lambda: None, CALLS) / CALLS

    def stance() -> AbstractContextManager[Any]:
        return torch.compiler.set_stance("fail_on_recompile")

    def plain() -> None:
        step(x)

    ways: dict[str, Callable[[], float]] = {
        "inference mode once": lambda: seconds(plain, torch.inference_mode()),
        "inference mode in every call": lambda: seconds(entered, nullcontext()),
        "nothing": lambda: seconds(plain, nullcontext()),
        "the compiler's guard": lambda: seconds(plain, stance()),
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()  # each compiles for itself
    for _ in range(ROUNDS):
        for name, way in ways.items():
            found[name].append(way())

    def added(name: str, base: str) -> float:
        return 1e6 * median(a - b for a, b in zip(found[name], found[base], strict=True))

    return {
        "plain": 1e6 * median(found["nothing"]),
        "inference mode": added("inference mode in every call", "inference mode once"),
        "guard": added("the compiler's guard", "nothing"),
    }


def text(numbers: dict[str, Any]) -> str:
    """A sentence."""
    return (
        f"A call of a compiled function of one kernel takes {numbers['plain']:.1f} µs; entering inference mode in every"
        f" call adds {numbers['inference mode']:.1f} µs, the compiler's guard against recompiling"
        f" {numbers['guard']:.1f} µs."
    )
