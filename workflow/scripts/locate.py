"""Write down the Python that measures a framework, and what its environment sets: the one that runs this, or, for a
version of a framework that is not the default, that of the version.

python workflow/scripts/locate.py --environment jax@0.9.1 --output interpreter.json
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse

from bench.guard.room import told
from bench.measuring import interpreters


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environment", default="", help="a framework, or a version of it: jax@0.9.1")
    parser.add_argument("--output", type=Path, required=True, help="JSON file to write")
    options = parser.parse_args()
    try:
        with told(options.output):
            interpreters.write(options.output, interpreters.interpreter_of(options.environment))
    except ValueError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
