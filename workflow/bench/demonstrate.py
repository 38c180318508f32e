"""Run the examples of one graph workload in one framework and write what came of them as the table `events`.

    python workflow/bench/demonstrate.py --framework torch --workload graph/tracing --hardware this --output FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the package, whose statistics.py would hide the standard module
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import os
from typing import Any

from bench import environment, measure, schema, workloads
from bench.events import Event, message

FRAMEWORKS = ("torch", "jax")


def names() -> list[str]:
    """The graph workloads, sorted."""
    return [item.name for item in workloads.discover().values() if item.family == "graph"]


def problem(name: str) -> Any:
    """The problem module of a graph workload. Raises ValueError for a workload that does not exist."""
    if name not in names():
        raise ValueError(f"workload is {name!r}, graph workloads are {', '.join(names())}")
    return workloads.load_problem("graph", name)


def demonstrate(name: str, framework: str) -> list[Event]:
    """Every event of a workload in a framework; an example that stops the rest is itself an event, `unfinished`."""
    problem(name)
    events: list[Event] = []
    try:
        for event in workloads.load_implementation("graph", name, framework).events():
            events.append(event)
    except Exception as error:  # a failure is a result; the examples before it are kept
        events.append(Event("unfinished", "raised", None, message(error)))
    if len({event.name for event in events}) != len(events):
        raise ValueError(f"{name}/{framework} names two events alike: {sorted(event.name for event in events)}")
    return events


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


def rows(events: list[Event], hardware: str, workload: str, framework: str) -> list[dict[str, Any]]:
    """The rows of the table `events`."""
    return [{"hardware": hardware, "workload": workload, "framework": framework, "name": event.name,
             "outcome": event.outcome, "value": event.value, "text": event.text} for event in events]


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framework", required=True, choices=FRAMEWORKS)
    parser.add_argument("--workload", required=True, help="graph/NAME")
    parser.add_argument("--hardware", required=True, help="name of this machine")
    parser.add_argument("--caches", type=Path, default=measure.CACHES,
                        help="folder of what PyTorch's compiler knows about the machine (default: %(default)s)")
    parser.add_argument("--output", required=True, type=Path, help="Parquet file to write")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the examples and write the file."""
    options = arguments(argv)
    name = options.workload.removeprefix("graph/")
    workload = problem(name)
    processors = getattr(workload, "PROCESSORS", 1)  # times of small examples are steadier on one thread
    if getattr(workload, "TIMED", False):
        environment.pin((environment.affinity() or [])[-processors:])
    with measure.fresh_caches(options.caches, options.framework) as caches:
        os.environ.update(variables(getattr(workload, "EVERY_DEVICE", False), processors, caches))
        events = demonstrate(name, options.framework)
    schema.write(options.output, "events", rows(events, options.hardware, name, options.framework))
    print(f"{options.workload} {options.framework}: {len(events)} events")


if __name__ == "__main__":
    main()
