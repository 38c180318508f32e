"""A short fixed piece of work that tells how fast the machine is right now.

Integer arithmetic and a memory copy in plain Python: no library, so a run of torch and a run of jax are probed alike.
"""

from __future__ import annotations

from bench import series
from bench.measuring import timing

DRIFT_LIMIT = 0.10
"""Relative change between the probe before and after a run beyond which the run is marked."""

_BUFFER = bytes(4_000_000)


def seconds() -> float:
    """Median seconds of five repetitions of the fixed work (a few milliseconds each)."""
    return series.median([timing.seconds_of(_work) for _ in range(5)])


def _work() -> int:
    total = 0
    for number in range(60_000):
        total += number ^ (total & 0xFF)
    return total + len(bytearray(_BUFFER))
