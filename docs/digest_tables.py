"""Print a digest of every table that is made from the published results: the same before and after a change that is
meant to change no result.

    python docs/digest_tables.py > before.txt
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

from bench import schema
from bench.results.collect import tables_of
from bench.results.reading import read_machine


def main() -> None:
    """One line per machine and table: how many rows, and the digest of all that is not null."""
    for folder in sorted(path for path in (ROOT / "results/published").glob("*") if path.is_dir()):
        for name, rows in tables_of(read_machine(folder, own=False)).items():
            known = [{column: value for column, value in row.items() if value is not None} for row in rows]
            print(f"{folder.name} {name} {len(rows)} {schema.digest(known)}")


if __name__ == "__main__":
    main()
