"""Go on measuring a machine whose results are published: its trials are laid out in results/ again, so that the
workflow measures what is missing. For machines that are lent by the hour: measure, publish, and go on another day.

python workflow/scripts/resume.py [--hardware NAME]
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse

from bench.measuring import identity
from bench.publishing.publish import lay_out
from bench.results.reading import read_facts


def main() -> None:
    """Lay them out and say how many."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hardware", help="name of the machine's folder (default: this machine's)")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of all machines")
    options = parser.parse_args()
    name = options.hardware or identity.name()
    published = options.results / "published" / name
    there, here = read_facts(published / "hardware.json").get("fingerprint"), identity.fingerprint()
    if there and there != here:
        sys.exit(f"Error: {published} was measured on another machine (fingerprint {there}, this one has {here})")
    try:
        count = lay_out(published, options.results / name)
    except ValueError as error:
        sys.exit(f"Error: {error}")
    print(f"{options.results / name}: {count} trials of {published}")


if __name__ == "__main__":
    main()
