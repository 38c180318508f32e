r"""What a framework's defaults cost or gain against the switches that trials set, on a CPU.

A trial sets what both frameworks shall have in common: numbers too small to be normal are zero (PyTorch; XLA does that
by itself), one thread beside those of an operation (PyTorch), products exact in float32 (JAX; on a CPU its default
too), and a C library that keeps freed memory for the next step (environment.ALLOCATOR, both). *As installed* nothing of
this is set, but the number of threads, which is that of the cores of the process in both. Every single switch is also
taken back alone.

Computations, one process on one core, in float32 but for the mixture:

- `decay`: x ← RATE x of 2¹⁴ numbers around 10⁻³⁸, DECAYS times, after which all are below the smallest normal number:
  what becomes of an optimiser's averages or of a filter that has nothing to do.
- `mixture`: the gradient of the workload `autodiff/gmm` at `small`, eager in PyTorch, compiled in JAX, which allocates
  and frees large arrays.
- `perceptron`: the training step of `training/mlp` at `small`, in the same modes.

In each of TRIALS trials all ways are fresh processes that take turns, ROUNDS times, in blocks of LOOPS steps. A trial
gives the median over its rounds of a way's time over that with everything set; trials are the independent observations.
TF32, which PyTorch's convolutions and JAX's products take on a GPU as installed, has no part on a CPU.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median

import numpy as np

from bench.events import Event
from bench.measuring import environment
from bench.measuring.record import attempt, compact, ok
from bench.workloads.examples.turns import groups
from bench.workloads.examples.turns.groups import Make, Way

TITLE = {"en": "As installed", "zh": "安装后的默认状态"}
SECTION = 10
CLAIMS = ()
PRECISION = "float32"
TIMED = True
PUBLISHING = True
SET, INSTALLED = "as set", "as installed"
"""Every switch as trials set it, which is the base line, and none."""
MEMORY = "memory"
"""The switch of both frameworks: that the C library keeps freed memory."""
TRIALS, ROUNDS = 5, 7
LOOPS = {"decay": 5, "mixture": 30, "perceptron": 150}
"""Steps of a block, which takes some tens of milliseconds."""
COMPUTATIONS = tuple(LOOPS)
NUMBERS, SMALLEST, DECAYS = 2**14, 1e-38, 100
"""Few enough to stay in the cache, and for the C library to keep their memory by itself."""
RATE = 0.99


def ways(switches: tuple[str, ...]) -> dict[str, Way]:
    """All switches set, none, and each of them taken back alone; `switches`: those of the framework beside MEMORY."""
    given_back: dict[str, str | None] = dict.fromkeys(environment.ALLOCATOR)
    kept: dict[str, str | None] = dict(environment.ALLOCATOR)
    return {
        SET: Way(variables=kept),
        INSTALLED: Way(variables=given_back),
        MEMORY: Way(variables=given_back),
        **{name: Way(variables=kept) for name in switches},
    }


def is_set(way: str, switch: str) -> bool:
    """Whether a way sets a switch of the framework."""
    return way not in (INSTALLED, switch)


def beginning() -> np.ndarray:
    """The numbers of `decay`, (NUMBERS,), float32: around the smallest normal number, 1.18e-38."""
    return np.linspace(0.5 * SMALLEST, 2 * SMALLEST, NUMBERS, dtype=np.float32)


def smallest(make: Make, name: str, way: Way) -> float:
    """The smallest number that a way of `decay` leaves: zero where subnormal numbers are."""
    return float(groups.observed(make, name, way, 1, "decay")[0])


def events_of(make: Make, found: Mapping[str, Way]) -> Iterator[Event]:
    """What every way leaves of subnormal numbers, then the seconds and the ratios of all ways in every computation."""
    for name, way in found.items():
        yield attempt(f"subnormal.{name}", smallest, make, name, way)
    for computation in COMPUTATIONS:
        seconds = [
            groups.in_turns(make, found, number, ROUNDS, LOOPS[computation], computation) for number in range(TRIALS)
        ]
        for name in found:
            values = [median(own[name]) for own in seconds]
            yield ok(f"seconds.{computation}.{name}", median(values), compact({"values": values}))
            if name != SET:
                ratios = [groups.median_ratio(own[name], own[SET]) for own in seconds]
                yield ok(f"ratio.{computation}.{name}", median(ratios), compact({"values": ratios}))
