"""The list of the published machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bench import texts
from bench.results import outcomes
from bench.results.reading import Machine, read_machine
from bench.schema import Row
from bench.vocabulary import COMPARED, PROBLEM, TWIN

LIST = "README.md"
"""The file that lists the published machines, in their folder."""
HEAD = """# Published machines

Written by `make publish`; each folder holds the results of one machine in four files, six where versions were measured.
To have them beside your own, leave them where they are: the article reads every folder.

| machine | processor | GPU | processors that measured | memory | measured | versions | problems | trials |
|---|---|---|---|---|---|---|---|---|
"""


def list_machines(published: Path) -> None:
    """Write the list of what is published in a folder, which is read anew: a machine a row."""
    machines = [read_machine(folder, own=False) for folder in sorted(published.glob("*/"))]
    rows = "".join(f"| {' | '.join(map(_cell, _facts(machine)))} |\n" for machine in machines if machine.runs)
    (published / LIST).write_text(HEAD + rows, encoding="utf-8")


def _facts(machine: Machine) -> list[str]:
    """What the list tells of a machine, in the order of its head."""
    runs = [row for row in machine.runs if row["run"] < TWIN]
    days = sorted({row["started"][:10] for row in runs if row["started"]})
    problems = {tuple(row[column] for column in PROBLEM) for row in runs}
    trials = {(*(row[column] for column in PROBLEM), row["run"]) for row in runs}
    gpus = machine.facts.get("gpus") or []
    memory = machine.facts.get("memory_bytes")
    return [
        f"`{machine.name}`",
        str(machine.facts.get("cpu_model", "")),
        ", ".join(str(gpu.get("name", gpu)) if isinstance(gpu, Mapping) else str(gpu) for gpu in gpus) or "none",
        ", ".join(map(str, sorted({row["threads"] for row in runs if row["threads"]}))),
        f"{memory / 2**30:.0f} GiB" if isinstance(memory, int | float) else "",
        " to ".join(dict.fromkeys([days[0], days[-1]])) if days else "",
        ", ".join(_versions(runs)),
        str(len(problems)),
        str(len(trials)),
    ]


def _versions(runs: Iterable[Row]) -> Iterator[str]:
    """The versions of what is compared."""
    found: dict[str, set[str]] = {name: set() for name in COMPARED}
    for recorded in {row["versions"] for row in runs if row["versions"]}:
        for name, version in outcomes.as_object(recorded).items():
            found.get(name, set()).add(str(version))
    for name, versions in found.items():
        if versions:
            yield f"{name} {' / '.join(sorted(versions))}"


def _cell(text: str) -> str:
    """A text that is one cell of a table, whatever it holds."""
    return texts.one_line(text).replace("|", "\\|").replace("<", "&lt;")
