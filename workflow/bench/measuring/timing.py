"""The only clock of the project.

A *value* is the time of one block of `loops` calls of `step()` followed by one `wait()`, divided by the steps in it.
Every value is kept, the warm-up's included, but those of a calibration that is repeated after it. Garbage collection is
off inside a value. No framework is known here.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import repeat

from bench import series

Call = Callable[[], object]

SHORTEST_BLOCK_SECONDS = 0.02
LONG_BLOCK_SECONDS = 0.5
"""What lasts as long has no other block before it."""
WINDOW = 8
"""Values that must agree before the warm-up is over."""


@dataclass(frozen=True)
class Plan:
    """How long and how precisely to measure; seconds, and relative half-width of the median's 95 % interval."""

    budget_seconds: float = 1.0
    warmup_seconds: float = 1.0
    half_width: float = 0.01
    least_values: int = 7
    most_values: int = 1000


@dataclass
class Measurement:
    """The values of one run, in seconds per step."""

    loops: int
    steps_per_call: int
    warmup_values: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    steady: bool = False
    warmup_seconds: float = 0.0
    timed_seconds: float = 0.0


def now() -> float:
    """Seconds since some moment that is the same for every process of this machine."""
    return time.perf_counter()


def processor_seconds() -> float:
    """Seconds that all threads of this process have spent on processors."""
    return time.process_time()


@dataclass(frozen=True)
class Moment:
    """What the system's clocks show at one moment, in seconds."""

    awake: float
    """A clock that stands still while the machine sleeps."""
    passed: float
    """One that goes on then."""
    wall: float
    """The one that people set."""


def moment() -> Moment:
    """Now, on every clock."""
    passed = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return Moment(time.clock_gettime(time.CLOCK_MONOTONIC), time.clock_gettime(passed), time.time())


MOST_ASLEEP_SECONDS, MOST_SET_SECONDS, MOST_DRIFT = 0.5, 1.0, 1e-3
"""How long a machine may seem to have slept; by how much its clock may have been set, and by which share of the time
that passed it may be slowed or hurried besides (a time server does so by half of that at most).
"""


def interruption(before: Moment, after: Moment) -> str | None:
    """Why nothing counts that was timed between two moments: the machine slept, or its clock was set."""
    passed = after.passed - before.passed
    asleep, jump = passed - (after.awake - before.awake), (after.wall - before.wall) - passed
    if asleep > MOST_ASLEEP_SECONDS:
        return f"the machine slept for {asleep:.0f} s meanwhile"
    if abs(jump) > MOST_SET_SECONDS + MOST_DRIFT * passed:
        return f"the clock of the machine was set by {jump:+.0f} s meanwhile"
    return None


class Stopwatch:
    """Holds `.seconds`, set when the `with stopwatch()` block ends."""

    def __init__(self) -> None:
        self.seconds, self.start = 0.0, time.perf_counter()

    def so_far(self) -> float:
        """Seconds since the block began."""
        return time.perf_counter() - self.start


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Time a block of code: `with stopwatch() as watch: …`, then `watch.seconds`."""
    watch = Stopwatch()
    try:
        yield watch
    finally:
        watch.seconds = watch.so_far()


def seconds_of(call: Call, wait: Call | None = None) -> float:
    """Seconds of one `call()`, until `wait()` returns."""
    return block_seconds(call, wait or _nothing, 1)


def block_seconds(step: Call, wait: Call, loops: int) -> float:
    """Seconds of `loops` calls of `step` and one `wait`, without garbage collection."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        start = time.perf_counter()
        for _ in repeat(None, loops):
            step()
        wait()
        return time.perf_counter() - start
    finally:
        if collecting:
            gc.enable()


def calibrate(step: Call, wait: Call, shortest: float = SHORTEST_BLOCK_SECONDS) -> tuple[int, list[float]]:
    """The loops that make a block last `shortest` seconds, and the seconds per call of the blocks tried."""
    loops, tried = 1, []
    while True:
        seconds = block_seconds(step, wait, loops)
        tried.append(seconds / loops)
        if seconds >= shortest:
            return loops, tried
        wanted = int(1.2 * loops * shortest / seconds) + 1
        loops = min(max(wanted, loops + 1), loops * 10)


def warm_up(step: Call, wait: Call, steps_per_call: int, plan: Plan) -> Measurement:
    """Calibrate, then run until the last values agree and show no trend, or the warm-up's time is spent."""
    with stopwatch() as watch:
        end = time.perf_counter() + plan.warmup_seconds
        loops, tried = calibrate(step, wait)
        result = Measurement(loops, steps_per_call, [seconds / steps_per_call for seconds in tried])
        recent: list[float] = []
        while True:
            recent.append(block_seconds(step, wait, loops) / (loops * steps_per_call))
            if len(recent) >= WINDOW and series.steady(recent, WINDOW):
                result.steady = True
                break
            if time.perf_counter() >= end:
                break
        result.warmup_values += recent
        # warmed up, a step may be faster than while it was calibrated
        if recent[-1] * loops * steps_per_call < SHORTEST_BLOCK_SECONDS:
            result.loops, _ = calibrate(step, wait)
    result.warmup_seconds = watch.seconds
    return result


def refill(measurement: Measurement, step: Call, wait: Call) -> None:
    """A block that is not timed: it refills the caches where another process ran before.

    The first step after a turn of another process takes up to three times as long as others; all that is lost comes
    to 1 to 5 ms within the first 20 ms. Of a block of `LONG_BLOCK_SECONDS` that is less than 1 %, and another one would
    take as long.
    """
    if measurement.warmup_values[-1] * measurement.loops * measurement.steps_per_call < LONG_BLOCK_SECONDS:
        block_seconds(step, wait, measurement.loops)


def value(measurement: Measurement, step: Call, wait: Call) -> float:
    """One value, in seconds per step: a block."""
    return block_seconds(step, wait, measurement.loops) / (measurement.loops * measurement.steps_per_call)


@contextmanager
def undisturbed() -> Iterator[None]:
    """What is garbage goes before; what is left then is not looked at again while values are taken."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@dataclass
class Course:
    """A training on its way to a target: its score after so many calls and so many seconds."""

    scores: list[float] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    reached: bool = False


def pursue(
    advance: Callable[[], float], score: Callable[[], float], reached: Callable[[float], bool], most_calls: int
) -> Course:
    """Call `advance`, which returns the seconds that it took, until `reached(score())` or `most_calls` are spent."""
    course, spent = Course(), 0.0
    for call in range(most_calls + 1):
        if call:
            spent += advance()
        course.scores.append(score())
        course.calls.append(call)
        course.seconds.append(spent)
        if call and reached(course.scores[-1]):
            course.reached = True
            break
    return course


MOST_LOOKS, LOST_SECONDS = 3, 1e-3
"""How often is looked at most, and how long a process waits for a processor that has lost it during a look."""


def work_outside(
    look: Callable[[], tuple[tuple[float, float], float]], most_left: float, most_busy: float
) -> tuple[float, float]:
    """What `unfinished_seconds` finds; looked at again where it is too much and the process had lost its processor.

    look: gives that, and the seconds that the process waited for one meanwhile. Work that goes on behind `wait` does so
    every time; what a process without a processor seems to leave undone, or finishes late, it does not.
    """
    for _ in range(MOST_LOOKS):
        (left, busy), waited = look()
        if (left <= most_left and busy <= most_busy) or waited <= LOST_SECONDS:
            break
    return left, busy


def unfinished_seconds(step: Call, wait: Call, drain: Call, loops: int) -> tuple[float, float]:
    """How much work is still going on when `wait` has returned: (seconds that `drain` takes, busy share after it).

    The busy share is processor time of this process over wall time while it sleeps, so it sees work that the
    framework knows nothing of, a background thread for example. What goes on at first is not counted: threads of OpenMP
    spin for a while before they sleep, and XLA gives large results back to the system behind the next step, whose time
    that is part of.
    """
    block = block_seconds(step, wait, loops)
    left = seconds_of(drain)
    time.sleep(max(0.05, block / 5))
    cpu, wall = time.process_time(), time.perf_counter()
    time.sleep(0.02)
    return left, (time.process_time() - cpu) / (time.perf_counter() - wall)


def _nothing() -> None:
    return None
