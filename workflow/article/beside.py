"""Tables of several machines: the machines beside each other, and what is the same on all of them once.

The columns before `hardware` tell what a row is of, those after it hold what was found there on that machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from article.words import Words

Row = Mapping[str, Any]
Found = Mapping[str, Row]
"""Machine → its row."""

MACHINE = "hardware"
MOST_BESIDE = 6
"""Columns that machines fill beside each other; what would need more of them has a row for each machine."""


@dataclass(frozen=True)
class Cell:
    """A cell of a table: what it holds, rows and columns that it spans, whether it heads a row or names a machine."""

    content: Any
    rows: int = 1
    columns: int = 1
    heads: bool = False
    machine: bool = False


Lines = list[list[Cell]]


def laid_out(rows: Sequence[Row], columns: Sequence[str], machines: Sequence[str], words: Words) -> tuple[Lines, Lines]:
    """Head and body of a table; machines: all of them, in their order."""
    titles = [Cell(words.get(f"column.{column}", column), machine=column in machines) for column in columns]
    machines = with_rows(rows, machines)
    if len(machines) < 2 or MACHINE not in columns[1:]:
        return [titles], [_of(row.get(column) for column in columns) for row in rows]
    at = columns.index(MACHINE)
    keys, values = columns[:at], columns[at + 1 :]
    found = _by_key(rows, keys)
    if len(values) * len(machines) > MOST_BESIDE:
        return [titles], [line for key, own in found for line in _below(key, own, machines, values, words)]
    body = [[*_of(key), *(cell for value in values for cell in _across(own, machines, value))] for key, own in found]
    return _head(titles[:at], titles[at + 1 :], machines), body


def with_rows(rows: Sequence[Row], machines: Sequence[str]) -> list[str]:
    """The machines that have rows of their own."""
    named = {row.get(MACHINE) for row in rows}
    return [machine for machine in machines if machine in named]


def _of(key: Iterable[Any], rows: int = 1) -> list[Cell]:
    """Cells the first of which heads the row."""
    return [Cell(cell, rows, heads=not at) for at, cell in enumerate(key)]


def _by_key(rows: Sequence[Row], keys: Sequence[str]) -> Iterator[tuple[list[Any], Found]]:
    """What each row is of, and its row on each machine that has it; the second of the same on a machine is another."""
    seen: Counter[tuple[Any, ...]] = Counter()
    found: dict[tuple[Any, ...], dict[str, Row]] = {}
    for row in rows:
        key = tuple(row.get(column) for column in keys)
        seen[key, row[MACHINE]] += 1
        found.setdefault((*key, seen[key, row[MACHINE]]), {})[row[MACHINE]] = row
    return ((list(key[:-1]), own) for key, own in found.items())


def _head(keys: Sequence[Cell], values: Sequence[Cell], machines: Sequence[str]) -> Lines:
    """The names of the machines, below those of the values; of one value the caption speaks."""
    named = [Cell(machine, machine=True) for machine in machines]
    if len(values) == 1:
        return [[*keys, *named]]
    above = [replace(value, columns=len(machines)) for value in values]
    return [[*(replace(key, rows=2) for key in keys), *above], named * len(values)]


def _across(found: Found, machines: Sequence[str], value: str) -> list[Cell]:
    """The cells of one value on all machines; one cell where all have the same."""
    cells = [found.get(machine, {}).get(value) for machine in machines]
    if len(found) == len(machines) and all(cell == cells[0] for cell in cells):
        return [Cell(cells[0], columns=len(machines))]
    return [Cell(cell) for cell in cells]


def _below(
    key: Sequence[Any], found: Found, machines: Sequence[str], values: Sequence[str], words: Words
) -> Iterator[list[Cell]]:
    """A row for each machine, or for several where all is alike, beside the cells that tell what they are of."""
    alike: dict[tuple[Any, ...], list[str]] = {}
    for machine in machines:
        if machine in found:
            alike.setdefault(tuple(found[machine].get(value) for value in values), []).append(machine)
    for at, (cells, names) in enumerate(alike.items()):
        said = words["table.every machine"] if len(names) == len(machines) else words["enumeration"].join(names)
        of = [] if at else _of(key, len(alike))
        yield [*of, Cell(said, machine=True), *(Cell(cell) for cell in cells)]
