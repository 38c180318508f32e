"""Run the parity gate's checks of one workload in one framework and write what was observed.

python workflow/scripts/check.py --framework torch --workload training/mlp --output FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import os

from bench import catalogue, schema
from bench.backends import Unsupported
from bench.measuring import environment
from bench.measuring.caches import CACHES, fresh_caches
from bench.measuring.gate import observe
from bench.measuring.locks import beside_no_measurement
from bench.own import folders
from bench.vocabulary import CHECK_DEVICE, DEVICES, FRAMEWORKS


def main() -> None:
    """Observe one workload in one framework and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framework", required=True, choices=FRAMEWORKS)
    parser.add_argument("--workload", required=True, help="family/name")
    parser.add_argument("--own", nargs="*", default=[], help="folders that are workloads of the family own")
    parser.add_argument("--checks", nargs="*", metavar="MODE:TASK", help="these alone (default: all)")
    parser.add_argument("--device", default=CHECK_DEVICE, choices=DEVICES, help="where (default: %(default)s)")
    parser.add_argument(
        "--caches",
        type=Path,
        default=CACHES,
        help="folder of what PyTorch's compiler knows about the machine (default: %(default)s)",
    )
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    if arguments.own:
        try:
            folders.use(arguments.own)
        except ValueError as error:
            parser.error(str(error))
    if arguments.workload not in catalogue.discover():
        parser.error(f"workload is {arguments.workload!r}, allowed are {', '.join(catalogue.discover())}")
    family, name = arguments.workload.split("/")
    checks = arguments.checks and {
        (mode, task) for mode, _, task in (check.partition(":") for check in arguments.checks)
    }
    threads = len(environment.affinity() or [0])
    with beside_no_measurement(), fresh_caches(arguments.caches, arguments.framework) as caches:
        os.environ.update(environment.recorded(device=arguments.device, threads=threads, caches=caches))
        try:
            rows = observe(family, name, arguments.framework, checks, arguments.device)
        except Unsupported as reason:
            sys.exit(f"Error: {reason}")
    schema.write(arguments.output, "observations", rows)
    for row in rows:
        if row["status"] != "ok":
            print(f"{row['framework']} {row['mode']} {row['task']}: {row['status']}: {row['message']}", file=sys.stderr)


if __name__ == "__main__":
    main()
