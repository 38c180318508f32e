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
    parser.add_argument("--output", type=Path, default=None, help="file to write (default: standard output)")
    arguments = parser.parse_args()
    content = json.dumps(describe(arguments.hardware or name()), indent=2)
    if arguments.output is None:
        print(content)
    else:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(content + "\n")


if __name__ == "__main__":
    main()
