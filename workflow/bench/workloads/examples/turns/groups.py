"""Groups of fresh processes that take blocks of steps in turns, for examples that are timed.

Each group is a way to do something: one process or several, on cores of their own, with an environment of their own.
All of them live; exactly one takes a block, the others wait for a word. What trials are for workloads this is for
examples, with nothing of the checks that only comparisons need.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from statistics import median
from typing import Any, Protocol

from bench.measuring import environment, timing
from bench.measuring.record import message

SECONDS_TO_ANSWER = 120
"""A process that does not answer for so long is given up."""
SECONDS_TO_END = 10


class Worker(Protocol):
    """What a process does."""

    def step(self) -> None:
        """Start one step."""

    def wait(self) -> None:
        """Return when it is done."""

    def observe(self) -> Any:
        """What can be sent to another process of what it has computed."""


@dataclass(frozen=True)
class Way:
    """So many processes with so many cores each; some variables of their environment may be others (None: unset)."""

    processes: int = 1
    cores: int = 1
    variables: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Which process one is: of a way, of so many with a folder in common, on so many cores."""

    way: str
    rank: int
    folder: str
    cores: int


Make = Callable[..., Worker]
"""(place, *arguments) → what a process does; a function or a class of a module."""


def _serve(make: Make, place: Place, arguments: tuple[Any, ...], cpus: list[int], connection: Connection) -> None:
    """A process: it takes as many steps as it is told and answers with the seconds; to a 0 with what it observes."""
    try:
        environment.pin(cpus)
        worker = make(place, *arguments)
        for loops in iter(connection.recv, None):
            answer = timing.block_seconds(worker.step, worker.wait, loops) if loops else worker.observe()
            connection.send((True, answer))
    except Exception as failure:  # its message is what the parent raises
        connection.send((False, message(failure)))


class Group:
    """The processes of a way, which take a block of steps together."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self.connections = connections

    def ask(self, loops: int) -> list[Any]:
        """The answer of each process. Raises RuntimeError with what one says that failed, or where none comes."""
        for connection in self.connections:
            with suppress(OSError):  # it has ended: what it said, if anything, is read below
                connection.send(loops)
        return [_answer(connection) for connection in self.connections]

    def seconds(self, loops: int) -> float:
        """Seconds of a step in a block of so many, of the slowest process."""
        return float(max(self.ask(loops))) / loops


def _answer(connection: Connection) -> Any:
    if not connection.poll(SECONDS_TO_ANSWER):
        raise RuntimeError(f"no answer after {SECONDS_TO_ANSWER} s")
    try:
        fine, answer = connection.recv()
    except (EOFError, OSError):
        raise RuntimeError("a process ended without a word") from None
    if not fine:
        raise RuntimeError(answer)
    return answer


@contextmanager
def started(make: Make, name: str, way: Way, *arguments: Any) -> Iterator[Group]:
    """The processes of a way, on the last cores that this one may use; they end with the region."""
    wanted = way.processes * way.cores
    cores = (environment.affinity() or [*range(wanted)])[-wanted:]
    context = multiprocessing.get_context("spawn")
    processes, connections = [], []
    with tempfile.TemporaryDirectory() as folder:
        try:
            with _variables(way.variables):
                for rank in range(way.processes):
                    own, theirs = context.Pipe()
                    cpus = cores[rank * way.cores : (rank + 1) * way.cores]
                    place = Place(name, rank, folder, way.cores)
                    process = context.Process(target=_serve, args=(make, place, arguments, cpus, theirs))
                    process.start()
                    theirs.close()
                    processes.append(process)
                    connections.append(own)
            yield Group(connections)
        finally:
            for process, connection in zip(processes, connections, strict=True):
                _end(process, connection)


@contextmanager
def _variables(changed: Mapping[str, str | None]) -> Iterator[None]:
    """A region in which some variables of the environment are others."""
    before = {name: os.environ.get(name) for name in changed}
    _set(changed)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _end(process: Any, connection: Connection) -> None:
    with suppress(OSError):  # it has ended already
        connection.send(None)
    process.join(SECONDS_TO_END)
    if process.is_alive():
        process.kill()
        process.join()
    connection.close()


def observed(make: Make, name: str, way: Way, steps: int, *arguments: Any) -> list[Any]:
    """What each process of a way observes after so many steps."""
    with started(make, name, way, *arguments) as group:
        if steps:
            group.ask(steps)
        return group.ask(0)


def in_turns(
    make: Make, ways: Mapping[str, Way], number: int, rounds: int, loops: int, *arguments: Any
) -> dict[str, list[float]]:
    """A trial: seconds of a step of every way, round by round, each round in random order after one untimed block."""
    order = random.Random(number)
    with ExitStack() as stack:
        groups = {name: stack.enter_context(started(make, name, way, *arguments)) for name, way in ways.items()}
        for group in groups.values():
            group.seconds(loops)
        found: dict[str, list[float]] = {name: [] for name in groups}
        for _ in range(rounds):
            for name in order.sample([*groups], len(groups)):
                found[name].append(groups[name].seconds(loops))
    return found


def median_ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median over the rounds of a trial of one way's seconds over another's."""
    return median(one / other for one, other in zip(over, under, strict=True))
