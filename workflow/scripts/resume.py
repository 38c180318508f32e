"""Go on measuring a machine whose results are published: its trials are laid out in results/ again, so that the
workflow measures what is missing. For machines that are lent by the hour: measure, publish, and go on another day.

python workflow/scripts/resume.py [--hardware NAME]
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench.measuring import identity
from bench.publishing.publish import lay_out
from bench.results.reading import read_facts
from scripts.publish import folders


def main() -> None:
    """Lay them out and say how many."""
    folder, published = folders(__doc__)
    there, here = read_facts(published / "hardware.json").get("fingerprint"), identity.fingerprint()
    if there and there != here:
        sys.exit(f"Error: {published} was measured on another machine (fingerprint {there}, this one has {here})")
    try:
        count = lay_out(published, folder)
    except ValueError as error:
        sys.exit(f"Error: {error}")
    print(f"{folder}: {count} trials of {published}")


if __name__ == "__main__":
    main()
