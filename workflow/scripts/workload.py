"""Write a folder with a workload of your own, from the template.

python workflow/scripts/workload.py attention              into own/attention, which Git ignores here
python workflow/scripts/workload.py ~/project/attention    anywhere
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import shutil

from bench.own.folders import name_of, place_of

TEMPLATE = Path(__file__).resolve().parents[1] / "template" / "own"


def write(folder: Path) -> list[Path]:
    """Copy the template to a folder; the files. Raises ValueError where there is something already."""
    name_of(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    return [Path(shutil.copy(path, folder / path.name)) for path in sorted(TEMPLATE.glob("*.py"))]


def main() -> None:
    """Write the folder and say what to do next."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="a name, or a path")
    folder = place_of(parser.parse_args().name)
    try:
        files = write(folder)
    except (ValueError, OSError) as error:
        sys.exit(f"Error: {error}")
    print(*files, sep="\n")
    print(f"Next: make check NAME={folder}")


if __name__ == "__main__":
    main()
