"""Memory and energy that a process takes, and what disturbs it, as far as the system tells."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import TypeVar

from bench.measuring import environment, gpu, timing

T = TypeVar("T")


def resident_bytes(process: int | None = None) -> int | None:
    """Memory of this process, or of another, resident now, in bytes; None where /proc does not tell."""
    try:
        return int(Path("/proc", str(process or "self"), "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def peak_resident_bytes() -> int:
    """The most memory that was resident at once since `forget_peak`, or since the process began, in bytes."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        return largest_resident_bytes(resource.RUSAGE_SELF)


def largest_resident_bytes(who: int) -> int:
    """The most that was ever resident, in bytes, of `resource.RUSAGE_SELF` or `RUSAGE_CHILDREN`, there the largest of
    those that have ended. The system says it in KiB, macOS in bytes.
    """
    return resource.getrusage(who).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def forget_peak() -> None:
    """Begin `peak_resident_bytes` anew, where the kernel can, and without what has been freed, which
    `environment.ALLOCATOR` keeps.
    """
    with suppress(AttributeError):  # of glibc
        ctypes.CDLL(None).malloc_trim(0)
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


@dataclass(frozen=True)
class Disturbances:
    """What happened to this process: seconds that its threads waited for a processor that others had, switches that it
    did not want, faults of memory.
    """

    waited_seconds: float = 0.0
    involuntary_switches: int = 0
    minor_faults: int = 0
    major_faults: int = 0

    def __add__(self, other: Disturbances) -> Disturbances:
        return Disturbances(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: Disturbances) -> Disturbances:
        """What came since `other`; a thread that has ended in between took what it knew along."""
        return Disturbances(*(max(one - less, 0) for one, less in zip(astuple(self), astuple(other), strict=True)))


def during(call: Callable[[], T]) -> tuple[T, Disturbances]:
    """What `call` returns, and what happened to this process meanwhile.

    Threads of one process wait for each other too, where it has fewer processors than threads: XLA's do on a single
    one, for a third of the time. No more was lost to others than the process left of its processors unused.
    """
    before, started, spent = disturbances(), timing.now(), timing.processor_seconds()
    result = call()
    there = (timing.now() - started) * len(environment.affinity() or range(os.cpu_count() or 1))
    unused = max(there - (timing.processor_seconds() - spent), 0.0)
    found = disturbances() - before
    return result, replace(found, waited_seconds=min(found.waited_seconds, unused))


def disturbances() -> Disturbances:
    """All since the process began, whoever had the processors; without /proc nothing is known of waiting."""
    waited = 0
    for path in Path("/proc/self/task").glob("*/schedstat"):
        with suppress(OSError, IndexError, ValueError):  # a thread that has just ended
            waited += int(path.read_text().split()[1])
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Disturbances(waited / 1e9, usage.ru_nivcsw, usage.ru_minflt, usage.ru_majflt)


SHORTEST_ENERGY_SECONDS = 5.0
"""The counters of energy tick every 20 to 100 ms: over less than this they say too little."""
POWERCAP = Path("/sys/class/powercap")


def joules_per_step(device: str, block: Callable[[], int]) -> float | None:
    """Energy of a step, over as many blocks as the counter takes to tell; None where it cannot be read.

    block: runs and says how many steps it took. The counter is NVML's, for a CPU RAPL's; both count whoever else is
    working, so the caller has to be alone.
    """
    read = _gpu_counters if device == "cuda" else _rapl_counters
    start, steps = read(), 0
    if not start:
        return None
    end = timing.now() + SHORTEST_ENERGY_SECONDS
    while timing.now() < end:
        steps += block()
    used = joules_between(start, read())
    return used / steps if 0 < used < float("inf") else None


EnergyCounter = tuple[float, float]
"""Joules so far, and the joules at which it begins at zero again."""


def joules_between(before: Sequence[EnergyCounter], after: Sequence[EnergyCounter]) -> float:
    """What the counters of all packages have counted between two readings, of which each began anew once at most."""
    return sum((later - earlier) % size for (earlier, size), (later, _) in zip(before, after, strict=False))


def _gpu_counters() -> list[EnergyCounter]:
    joules = gpu.joules()
    return [] if joules is None else [(joules, float("inf"))]


def _rapl_counters() -> list[EnergyCounter]:
    """One for each package; none where there are none, or where they are for the administrator alone."""
    try:
        return [
            (int((package / "energy_uj").read_text()) / 1e6, int((package / "max_energy_range_uj").read_text()) / 1e6)
            for package in sorted(POWERCAP.glob("intel-rapl:[0-9]"))
        ]
    except (OSError, ValueError):
        return []
