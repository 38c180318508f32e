"""Write the table of what a problem.py states into CONTRIBUTING.md, from `bench.contract`.

python docs/make_contributing.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT)]

from bench import contract
from tests.proof import markdown

PAGE = ROOT / "CONTRIBUTING.md"
PLACE = "what a problem.py states"


KINDS = {
    contract.Timed: "a timed workload",
    contract.Case: "a public case, besides",
    contract.Examples: "a workload of examples",
}


def table(kind: type[contract.Described]) -> Iterator[str]:
    """The lines of the table of one kind of workload; what a kind has of another stands in the other's."""
    yield f"| {KINDS[kind]} | | meaning |"
    yield "|---|---|---|"
    told = {part.name for part in fields(contract.Timed)} if kind is contract.Case else set()
    own = [part for part in fields(kind) if part.name not in told]
    for part in sorted(own, key=lambda part: not contract.is_needed(part)):
        needed = "needed" if contract.is_needed(part) else "optional"
        yield f"| `{contract.name_of(part)}` | {needed} | {part.metadata['meaning']} |"


def tables() -> str:
    """The tables of the contract as it is now."""
    return "\n\n".join("\n".join(table(kind)) for kind in KINDS)


if __name__ == "__main__":
    PAGE.write_text(markdown.filled(PAGE, tables(), PLACE), encoding="utf-8")
