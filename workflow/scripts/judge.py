"""Judge every claim of the article from the tables.

python workflow/scripts/judge.py --tables report/data --machine this --output report/data/claims.parquet
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: import the packages, not its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse

from bench import schema, sheets, vocabulary
from bench.claims.code_size import read_sizes
from bench.claims.evidence import Results
from bench.claims.judge import read_citations, read_claims, rows
from bench.guard.room import told
from bench.results.tables import NAMES, Tables

ARTICLE = Path(__file__).resolve().parents[1] / "article"
OBVIOUS = Path(__file__).resolve().parents[2] / "tests/proof/baselines"


def main(argv: list[str] | None = None) -> None:
    """Judge every claim on every machine, this one first, and write the table and its sheet."""
    parser = argparse.ArgumentParser(description="Judge the claims of the article from the tables.")
    parser.add_argument("--tables", type=Path, required=True, help="folder of the merged tables")
    parser.add_argument("--machine", required=True, help="name of this machine")
    parser.add_argument(
        "--claims", type=Path, default=ARTICLE / "claims.yaml", help="the claims (default: the article's)"
    )
    parser.add_argument("--references", type=Path, default=ARTICLE / "references.yaml", help="default: the article's")
    parser.add_argument("--obvious", type=Path, default=OBVIOUS, help="obvious implementations (default: the tests')")
    parser.add_argument("--output", type=Path, required=True, help="Parquet file to write; a CSV is written beside it")
    options = parser.parse_args(argv)
    tables, entries, citations = Tables(options.tables), read_claims(options.claims), read_citations(options.references)
    code = read_sizes(options.obvious)
    frames = {name: tables.frame(name) for name in NAMES if name != "claims"}
    machines = list(dict.fromkeys([options.machine, *tables.hardware(options.machine)]))
    table = [
        row
        for machine in machines
        for row in rows(Results(machine, frames, tables.machines, citations, code), entries, machine == options.machine)
    ]
    with told(options.output):
        schema.write(options.output, "claims", table)
        sheets.write_csv(options.output.with_suffix(".csv"), "claims", table)
    own = [row["verdict"] for row in table if row["hardware"] == options.machine]
    print(
        f"{options.machine}: " + ", ".join(f"{own.count(verdict)} {verdict}" for verdict in vocabulary.CLAIM_VERDICTS)
    )


if __name__ == "__main__":
    main()
