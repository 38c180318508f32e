"""Write down the Python that runs this, and what its environment sets.

python workflow/scripts/locate.py --output interpreter.json
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
    parser.add_argument("--output", type=Path, required=True, help="JSON file to write")
    output = parser.parse_args().output
    with told(output):
        interpreters.write(output, interpreters.own_interpreter())


if __name__ == "__main__":
    main()
