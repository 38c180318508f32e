"""Write the results of this machine to results/published/, to be committed: a handful of files, the list of all
machines, and the record of where they come from (RO-Crate); and the pages that are there to build/site/, with their
data, such a record, and checksums.

python workflow/scripts/publish.py [--hardware NAME]
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse

from bench.planning.settings import machine_name
from bench.publishing.crate import record
from bench.publishing.listing import list_machines
from bench.publishing.publish import publish
from bench.publishing.site import bundle

CITATION = Path(__file__).resolve().parents[2] / "CITATION.cff"
CONFIG, REPORT, SITE = Path("config.yaml"), Path("report"), Path("build/site")


def folders(description: str | None) -> tuple[Path, Path]:
    """What the command line asks for: the folder of a machine's results, and that of what is published of it."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hardware", help="name of the machine's folder (default: as config.yaml has it)")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of all machines")
    options = parser.parse_args()
    name = options.hardware or machine_name(CONFIG)
    return options.results / name, options.results / "published" / name


def main() -> None:
    """Write them and say what was left out."""
    folder, target = folders(__doc__)
    try:
        machine = publish(folder, target)
    except ValueError as error:
        sys.exit(f"Error: {error}")
    list_machines(target.parent)
    record(target.parent, CITATION)
    print(f"{target}: {len(machine.runs)} runs", *(f"left out: {reason}" for reason in machine.left_out), sep="\n  ")
    try:
        print(f"{SITE}: {bundle(REPORT, SITE, CITATION)} files and their checksums")
    except ValueError as error:
        print(f"{SITE} is not written: {error}")


if __name__ == "__main__":
    main()
