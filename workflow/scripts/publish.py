"""Write the results of this machine to results/published/, to be committed: a handful of files.

python workflow/scripts/publish.py [--hardware NAME]
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse

from bench.measuring import identity
from bench.results.publish import publish


def main() -> None:
    """Write them and say what was left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hardware", help="name of the machine's folder (default: this machine's)")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of all machines")
    options = parser.parse_args()
    name = options.hardware or identity.name()
    target = options.results / "published" / name
    try:
        machine = publish(options.results / name, target)
    except ValueError as error:
        sys.exit(f"Error: {error}")
    print(f"{target}: {len(machine.runs)} runs", *(f"left out: {reason}" for reason in machine.left_out), sep="\n  ")


if __name__ == "__main__":
    main()
