"""Run the parity gate's checks of one workload in one framework and write what was observed.

python workflow/scripts/check.py --framework torch --workload training/mlp --output FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import tempfile

from bench import catalogue, schema
from bench.guard.apart import timeout_in, yielded
from bench.guard.callers import end_with_workflow, hold_signals
from bench.guard.folders import inside
from bench.guard.room import require_not_full, told
from bench.measuring import environment, gate
from bench.measuring.caches import CACHES, fresh_caches
from bench.measuring.locks import beside_no_measurement
from bench.own import folders
from bench.vocabulary import CHECK_DEVICE, DEVICES, FRAMEWORKS


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framework", required=True, choices=FRAMEWORKS)
    parser.add_argument("--workload", required=True, help="family/name")
    parser.add_argument("--own", nargs="*", default=[], help="folders that are workloads of the family own")
    parser.add_argument("--checks", nargs="*", metavar="MODE:TASK", help="these alone (default: all)")
    parser.add_argument("--device", default=CHECK_DEVICE, choices=DEVICES, help="where (default: %(default)s)")
    parser.add_argument("--settings", type=Path, default=None, help="settings.json of the workflow: the time-out")
    parser.add_argument(
        "--caches",
        type=Path,
        default=CACHES,
        help="folder of what PyTorch's compiler knows about the machine (default: %(default)s)",
    )
    parser.add_argument("--output", required=True, type=Path)
    options = parser.parse_args(argv)
    if options.own:
        try:
            folders.use(options.own)
        except ValueError as error:
            parser.error(str(error))
    if options.workload not in catalogue.discover():
        parser.error(f"workload is {options.workload!r}, allowed are {', '.join(catalogue.discover())}")
    family, name = options.workload.split("/")
    every = gate.attempts(family, name, options.framework, device=options.device)
    there = {f"{row['mode']}:{row['task']}" for row in every}
    if unknown := sorted({*(options.checks or [])} - there):
        parser.error(f"--checks is {', '.join(map(repr, unknown))}, allowed are {', '.join(sorted(there))}")
    return options


def observed(options: argparse.Namespace) -> list[schema.Row]:
    """The rows of every attempt; those that its process did not live to see say why."""
    family, name = options.workload.split("/")
    checks = None if options.checks is None else sorted({tuple(check.split(":", 1)) for check in options.checks})
    what = {"family": family, "name": name, "framework": options.framework, "device": options.device}
    threads = len(environment.affinity() or [0])
    with beside_no_measurement(), fresh_caches(options.caches, options.framework, options.device) as caches:
        variables = environment.recorded(device=options.device, threads=threads, caches=caches) | inside(caches)
        done, reason = yielded(
            "bench.measuring.gate:observe", what | {"checks": checks}, variables, timeout_in(options.settings)
        )
    if reason and reason.startswith("Unsupported: "):
        sys.exit(f"Error: {reason.removeprefix('Unsupported: ')}")
    rows = [row for attempt in done for row in attempt]
    left = gate.attempts(family, name, options.framework, checks, options.device)[len(done) :]
    return rows + [key | {"status": "failed", "message": reason} for key in left]


def main() -> None:
    """Observe one workload in one framework and write the file."""
    options = parse()
    end_with_workflow()
    rows = observed(options)
    for row in rows:
        if row["status"] != "ok":
            print(f"{row['framework']} {row['mode']} {row['task']}: {row['status']}: {row['message']}", file=sys.stderr)
    with told(options.output):
        if any(row["status"] == "failed" for row in rows):
            require_not_full(Path(tempfile.gettempdir()))
        hold_signals()
        schema.write(options.output, "observations", rows)


if __name__ == "__main__":
    main()
