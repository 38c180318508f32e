"""What took time of the processors that a trial measures on, beside the trial itself."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.measuring import hardware, timing

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
IDLE, WAITING, STOLEN = 3, 4, 7
"""Places of columns in /proc/stat; those behind (time of guests) stand in the first two already."""


@dataclass(frozen=True)
class Counters:
    """Seconds since some moment of the past; None for what the system does not tell."""

    wall_seconds: float
    busy_seconds: float | None
    own_seconds: float
    steal_seconds: float | None
    throttled_seconds: float | None


def counters(cpus: Collection[int], processes: Iterable[int]) -> Counters:
    """The counters now: of `cpus`, of `processes`, which run on no others, and of this control group.

    A look costs about a millisecond. The kernel counts in hundredths of a second, so that it pays to let whole seconds
    pass between two looks.
    """
    ticks = _ticks(cpus)
    return Counters(
        wall_seconds=timing.now(),
        busy_seconds=None if ticks is None else ticks[0] / TICKS_PER_SECOND,
        own_seconds=sum(map(_own_ticks, processes)) / TICKS_PER_SECOND,
        steal_seconds=None if ticks is None else ticks[1] / TICKS_PER_SECOND,
        throttled_seconds=_throttled_seconds(),
    )


@dataclass(frozen=True)
class Load:
    """What the processors spent on others over some time, all of them together."""

    processor_seconds: float
    """What there was: wall time times processors."""
    steal_seconds: float | None
    """Taken by the hypervisor."""
    throttled_seconds: float | None
    """Taken by the quota of the control group."""
    foreign_seconds: float | None
    """Taken by other processes and by interrupts."""


def load(before: Counters, after: Counters, processors: int) -> Load:
    """What happened between two looks at the same processes on `processors` processors."""
    busy = _since(before.busy_seconds, after.busy_seconds)
    own = after.own_seconds - before.own_seconds
    return Load(
        processor_seconds=(after.wall_seconds - before.wall_seconds) * processors,
        steal_seconds=_since(before.steal_seconds, after.steal_seconds),
        throttled_seconds=_since(before.throttled_seconds, after.throttled_seconds),
        foreign_seconds=None if busy is None else max(busy - own, 0.0),
    )


def _since(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else max(after - before, 0.0)


def _ticks(cpus: Collection[int]) -> tuple[int, int] | None:
    """What the processors were busy with, and what was stolen from them; None where the system does not tell."""
    busy, stolen, told = 0, 0, 0
    for words in map(str.split, (hardware.line(f"{PROC}/stat") or "").splitlines()):
        if words[0].startswith("cpu") and words[0] != "cpu" and int(words[0][3:]) in cpus:
            columns = [int(word) for word in words[1:]] + [0] * STOLEN  # old kernels have fewer
            busy += sum(columns[:STOLEN]) - columns[IDLE] - columns[WAITING]
            stolen, told = stolen + columns[STOLEN], told + 1
    return (busy, stolen) if told else None


def _own_ticks(process: int) -> int:
    """The processor time of a process and of its children that have ended; it keeps it until it is waited for."""
    after_name = (hardware.line(f"{PROC}/{process}/stat") or "").rpartition(")")[2].split()
    return sum(map(int, after_name[11:15]))


def _throttled_seconds() -> float | None:
    """How long this control group and those above it were stopped, all processors together."""
    told = [
        seconds
        for folder in (*hardware.control_groups(), *hardware.control_groups("cpu"))
        for name, scale in (("throttled_usec", 1e-6), ("throttled_time", 1e-9))
        if (seconds := _entry(folder / "cpu.stat", name, scale)) is not None
    ]
    return sum(told) if told else None


def _entry(path: Path, name: str, scale: float) -> float | None:
    for words in map(str.split, (hardware.line(str(path)) or "").splitlines()):
        if words[0] == name:
            with suppress(ValueError, IndexError):
                return int(words[1]) * scale
    return None


@dataclass(frozen=True)
class Lost:
    """The shares of the time that a run lost to others, and nothing of what it measured."""

    waited: float
    foreign: float
    throttled: float
    steal: float

    @property
    def share(self) -> float:
        """All of it: while others run or the quota stops it a process waits; what is stolen it does not notice."""
        return max(self.waited, self.foreign, self.throttled) + self.steal


def lost(waited_seconds: float, timed_seconds: float, around: Load) -> Lost:
    """What a run lost that waited so long for a processor while it was timed, and on whose processors that happened."""
    there = around.processor_seconds or float("inf")
    return Lost(
        waited=waited_seconds / timed_seconds if timed_seconds else 0.0,
        foreign=(around.foreign_seconds or 0.0) / there,
        throttled=(around.throttled_seconds or 0.0) / there,
        steal=(around.steal_seconds or 0.0) / there,
    )
