"""Write the table of what a problem.py states into CONTRIBUTING.md, from `bench.contract`.

python docs/make_contributing.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

from bench import contract

PAGE = ROOT / "CONTRIBUTING.md"
BEGIN, END = "<!-- what a problem.py states: begin -->\n", "<!-- what a problem.py states: end -->\n"


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


def filled(text: str) -> str:
    """The page with its tables as the contract is now. Raises ValueError where the page has no place for them."""
    if BEGIN not in text or END not in text:
        raise ValueError(f"{PAGE.name} has no lines {BEGIN.strip()!r} and {END.strip()!r}")
    tables = "\n\n".join("\n".join(table(kind)) for kind in KINDS)
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
