"""Describe this machine as JSON.

python workflow/scripts/describe.py
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import json

from bench.guard.folders import write_whole
from bench.guard.room import told
from bench.measuring.hardware import measuring_cpus
from bench.measuring.identity import describe, name


def main() -> None:
    """Write hardware.json, or only tell whether a run takes several processors."""
    parser = argparse.ArgumentParser(description="Describe this machine as JSON.")
    parser.add_argument("--hardware", default=None, help="name of the results' folder (default: found out)")
    parser.add_argument("--cpu-threads", type=int, default=None, help="processors of a run (default: all but one)")
    parser.add_argument(
        "--several", action="store_true", help="write nothing; status 0 if a run takes several processors, else 1"
    )
    parser.add_argument("--output", type=Path, default=None, help="file to write (default: standard output)")
    arguments = parser.parse_args()
    try:
        if arguments.several:
            sys.exit(len(measuring_cpus(arguments.cpu_threads)) == 1)
        label = arguments.hardware or name(arguments.cpu_threads)
        content = json.dumps(describe(label, arguments.cpu_threads), indent=2)
    except ValueError as error:
        sys.exit(f"Error: {error}")
    if arguments.output is None:
        print(content)
    else:
        with told(arguments.output):
            write_whole(arguments.output, content + "\n")


if __name__ == "__main__":
    main()
