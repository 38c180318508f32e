"""The second stage of a measurement: the further trials of the pairs that the first stage left undecided, as a file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from bench.guard.folders import write_whole
from bench.vocabulary import FURTHER, Cell, Problem, Trial


def write(path: Path, wanted: Iterable[tuple[tuple[Cell, ...], int]]) -> None:
    """Write which cells of which problem take turns in how many further trials."""
    content = [
        asdict(cells[0].problem) | {"variants": [[cell.framework, cell.mode] for cell in cells], "trials": count}
        for cells, count in wanted
    ]
    write_whole(path, json.dumps(content, indent=2) + "\n")


def read(path: Path) -> list[Trial]:
    """The further trials that a file asks for; none where there is no such file."""
    if not path.exists():
        return []
    found = []
    for entry in json.loads(path.read_text()):
        variants, count = entry.pop("variants"), entry.pop("trials")
        cells = tuple(Cell(**entry, framework=framework, mode=mode) for framework, mode in variants)
        found += [Trial(Problem(**entry), FURTHER + number, cells) for number in range(count)]
    return found
