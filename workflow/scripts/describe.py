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

from bench.measuring.identity import describe, name


def main() -> None:
    """Write hardware.json."""
    parser = argparse.ArgumentParser(description="Describe this machine as JSON.")
    parser.add_argument("--hardware", default=None, help="name of the results' folder (default: found out)")
    parser.add_argument("--cpu-threads", type=int, default=None, help="processors of a run (default: all but one)")
    parser.add_argument("--output", type=Path, default=None, help="file to write (default: standard output)")
    arguments = parser.parse_args()
    try:
        content = json.dumps(describe(arguments.hardware or name(), arguments.cpu_threads), indent=2)
    except ValueError as error:
        sys.exit(f"Error: {error}")
    if arguments.output is None:
        print(content)
    else:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(content + "\n")


if __name__ == "__main__":
    main()
