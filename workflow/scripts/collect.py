"""Make the tables from the files of all machines.

python workflow/scripts/collect.py --results results --hardware this --tables report/data --equal-within 0.05
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse

from bench.guard.room import told
from bench.results import time_spent
from bench.results.collect import collect


def main() -> None:
    """Write all tables and say what was left out."""
    parser = argparse.ArgumentParser(description="Make the tables from the run files of all machines.")
    parser.add_argument("--results", type=Path, required=True, help="folder of all machines")
    parser.add_argument("--hardware", required=True, help="name of this machine")
    parser.add_argument("--tables", type=Path, required=True, help="folder of the merged tables")
    parser.add_argument("--equal-within", type=float, required=True, help="share within which ratios count as equal")
    options = parser.parse_args()
    with told(options.tables):
        machines = collect(options.results, options.hardware, options.tables, options.equal_within)
    for machine in machines.values():
        failed = sum(row["status"] != "ok" for row in machine.runs)
        print(
            f"{machine.name}: {len(machine.runs)} runs, {failed} of them failed, {len(machine.left_out)} files left out"
        )
        print(f"  time: {time_spent.as_text(time_spent.shares(machine.runs))}")
        for reason in machine.left_out:
            print(f"  left out: {reason}")


if __name__ == "__main__":
    main()
