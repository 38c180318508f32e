"""Run the examples of one workload in one framework and write what came of them as the table `events`.

python workflow/scripts/demonstrate.py --framework torch --workload examples/tracing --hardware this --output FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import tempfile
from dataclasses import asdict

from bench import schema
from bench.guard.apart import timeout_in, yielded
from bench.guard.callers import end_with_workflow, hold_signals
from bench.guard.folders import inside
from bench.guard.room import require_not_full, told
from bench.measuring import environment
from bench.measuring.caches import CACHES, fresh_caches
from bench.measuring.examples import find, rows, unfinished, variables
from bench.measuring.locks import alone, beside_no_measurement
from bench.vocabulary import COMPARED


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framework", required=True, choices=COMPARED)
    parser.add_argument("--workload", required=True, help="examples/NAME")
    parser.add_argument("--hardware", required=True, help="name of this machine")
    parser.add_argument("--settings", type=Path, default=None, help="settings.json of the workflow: the time-out")
    parser.add_argument(
        "--caches",
        type=Path,
        default=CACHES,
        help="folder of what PyTorch's compiler knows about the machine (default: %(default)s)",
    )
    parser.add_argument("--output", required=True, type=Path, help="Parquet file to write")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the examples and write the file."""
    options = arguments(argv)
    end_with_workflow()
    name = options.workload.removeprefix("examples/")
    workload = find(name).shows
    if workload.timed:
        environment.pin((environment.affinity() or [])[-workload.processors :])
    lock = alone(True) if workload.timed else beside_no_measurement()
    with lock, fresh_caches(options.caches, options.framework, "cpu") as caches:
        events, reason = yielded(
            "bench.measuring.examples:demonstrate",
            {"name": name, "framework": options.framework},
            variables(workload.every_device, workload.processors, caches) | inside(caches),
            timeout_in(options.settings),
        )
    if any(event["outcome"] == "raised" for event in events) or reason:
        with told(options.output):
            require_not_full(Path(tempfile.gettempdir()))
    if reason:
        events.append(asdict(unfinished(reason)))
    print(f"{options.workload} {options.framework}: {len(events)} events", flush=True)
    hold_signals()
    with told(options.output):
        schema.write(options.output, "events", rows(events, options.hardware, name, options.framework))


if __name__ == "__main__":
    main()
