"""Print what was measured of some workloads, a page at most for each: `make report WORKLOADS=…` ends with it.

python workflow/scripts/answer.py --results results --workloads training/mlp own
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse

from bench import schema
from bench.own import answers
from bench.planning.settings import machine_name

CONFIG = Path("config.yaml")
READ = ("comparisons", "cells", "runs")
"""The tables of a machine that hold the answer."""


def main() -> None:
    """Print the answers, in the order of the workloads' names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of all machines (results)")
    parser.add_argument("--hardware", default=None, help="name of the machine (default: as config.yaml has it)")
    parser.add_argument("--workloads", nargs="+", required=True, help="family or family/name")
    options = parser.parse_args()
    folder = options.results / (options.hardware or machine_name(CONFIG))
    try:
        tables = {name: schema.read(folder / f"{name}.parquet", name) for name in READ}
    except (schema.InvalidFile, OSError) as error:
        sys.exit(f"Error: {error}")
    there = sorted({(row["family"], row["workload"]) for row in tables["cells"]})
    wanted = {word for given in options.workloads for word in given.split(",")}
    chosen = [(family, name) for family, name in there if wanted & {family, f"{family}/{name}"}]
    if not chosen:
        allowed = ", ".join("/".join(key) for key in there) or "none: nothing has been measured"
        sys.exit(f"Error: workloads is {', '.join(sorted(wanted))}, measured are {allowed}")
    for family, name in chosen:
        print(f"{family}/{name}", *answers.lines(tables, family, name), sep="\n")


if __name__ == "__main__":
    main()
