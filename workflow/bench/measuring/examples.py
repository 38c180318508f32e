"""Running the examples of one workload in one framework: what came of each is an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import catalogue
from bench.catalogue import Workload
from bench.events import UNFINISHED, Event
from bench.measuring import environment
from bench.measuring.record import message


def find(name: str) -> Workload:
    """A workload of examples. Raises ValueError for one that does not exist."""
    known = catalogue.examples()
    if name not in known:
        raise ValueError(f"workload is {name!r}, those of examples are {', '.join(known)}")
    return known[name]


def demonstrate(name: str, framework: str) -> Iterator[dict[str, Any]]:
    """Every event of a workload, as plain values; an example that stops the rest is itself an event, `unfinished`."""
    item, names = find(name), set()
    try:
        for event in item.implementation(framework).events():
            if event.name in names:
                raise ValueError(f"{name}/{framework} names two events alike: {event.name}")
            names.add(event.name)
            yield asdict(event)
    except Exception as error:  # a failure is a result; the examples before it are kept
        yield asdict(unfinished(message(error)))


def unfinished(reason: str) -> Event:
    """The event that says why there are no more."""
    return Event(UNFINISHED, "raised", None, reason)


def variables(every_device: bool, processors: int, caches: Path) -> dict[str, str]:
    """Environment variables that must be set before a framework is imported.

    Examples run on the CPU, whose behaviour every reader can repeat, unless the workload asks which devices there are;
    compilers get a cache that holds nothing but what they know about the machine, so that a first call is a first call.
    PyTorch's compiler starts no helpers, for a copy of the process (`isolated`) would wait for them forever.
    """
    settings = environment.recorded(device="cpu", threads=processors, caches=caches)
    settings["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
    if every_device:
        del settings["JAX_PLATFORMS"], settings["CUDA_VISIBLE_DEVICES"]
    return settings


def rows(events: Iterable[Mapping[str, Any]], hardware: str, workload: str, framework: str) -> list[dict[str, Any]]:
    """The rows of the table `events`."""
    return [
        {"hardware": hardware, "workload": workload, "framework": framework}
        | {column: event[column] for column in ("name", "outcome", "value", "text")}
        for event in events
    ]
