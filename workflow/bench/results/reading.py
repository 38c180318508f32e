"""Reading what lies in the folders of machines, whoever wrote it: what cannot be believed is left out and named."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bench import schema, sources, texts
from bench.own.folders import folders
from bench.results import parity
from bench.runs import PUBLISHED, file_of, outdated, run_file, trial_file
from bench.schema import Row
from bench.vocabulary import CELL, EXAMPLES, OWN, SLUG

MOST_FACTS, LONGEST_FACT = 100, 1000
"""Entries of hardware.json, and of a list in it; characters of a text in it."""
MOST_ROWS = 10_000
"""Rows of a file of one trial, or of what one process observed."""


Complaint = Callable[[Path, list[Row]], str | None]
"""Why the rows of a file cannot be believed; None where they can."""


@dataclass
class Machine:
    """What was found in the folder of one machine."""

    name: str
    facts: Row
    runs: list[Row] = field(default_factory=list)
    parity: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    observations: list[Row] = field(default_factory=list)
    releases: list[Row] = field(default_factory=list)
    """Runs of releases and of the defaults that they took turns with: nothing else is compared with either."""
    release_observations: list[Row] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    """Workloads, as `family/name`, that were measured with other code than is here; this machine's are left out."""
    left_out: list[str] = field(default_factory=list)


def machine_folders(results: Path, own: str) -> list[Path]:
    """The folders of all machines, this one first; a published folder of the same name as another is not read, but for
    that of this machine as long as nothing has been measured.
    """
    found: dict[str, Path] = {own: own_folder(results, own)}
    for folder in [*sorted(results.glob("*/")), *sorted(results.glob("published/*/"))]:
        if folder.name != "published" and SLUG.fullmatch(folder.name) and any(folder.glob("**/*.parquet")):
            found.setdefault(folder.name, folder)
    return list(found.values())


def own_folder(results: Path, own: str) -> Path:
    """Where this machine's results are: the published ones where nothing else has been measured under its name."""
    folder, published = results / own, results / "published" / own
    measured = any(any(folder.glob(f"{tree}/**/*.parquet")) for tree in ("trials", "runs"))
    return published if not measured and (published / PUBLISHED["trial"]).exists() else folder


def ignored_folders(results: Path, own: str) -> list[str]:
    """Folders beside those of `machine_folders` that seem to hold results, with the reason why they are not read."""
    read = {own: results / own} | {folder.name: folder for folder in machine_folders(results, own)}
    found = []
    for folder in [*sorted(results.glob("*/")), *sorted(results.glob("published/*/"))]:
        if folder in read.values() or folder.name in ("published", own) or folder.name.startswith("."):
            continue
        if not os.access(folder, os.R_OK | os.X_OK):
            found.append(f"{folder}: may not be read")
        elif not any(folder.glob("**/*.parquet")):
            continue
        elif not SLUG.fullmatch(folder.name):
            found.append(f"{folder}: its name is not a plain one (lower case, digits, . _ -)")
        else:
            found.append(f"{folder}: {read[folder.name]} is read in its place")
    return found


def read_machine(folder: Path, own: bool) -> Machine:
    """Everything sound in a machine's folder; what is not is named in `left_out`."""
    machine = Machine(folder.name, read_facts(folder / "hardware.json") | {"hardware": folder.name})
    if len(machine.facts) == 1:
        machine.left_out.append(f"{folder / 'hardware.json'}: missing, or not a JSON object")
    files = _Files(folder, own, machine.left_out)
    runs = files.runs()
    machine.changed = sorted(
        {f"{row['family']}/{row['workload']}" for row in runs if _digest(row) != row["source_digest"]}
    )
    machine.runs = [row for row in runs if "release" not in row]
    machine.releases = [row for row in runs if "release" in row]
    machine.events = [row | {"hardware": folder.name} for row in files.rows("events", "events/**/*.parquet")]
    machine.observations, machine.release_observations = files.observations()
    machine.parity = parity.compare(machine.observations, folder.name)
    machine.left_out = [texts.one_line(reason)[:LONGEST_FACT] for reason in machine.left_out]
    return machine


@dataclass(frozen=True)
class _Files:
    """The files of a machine, and which of them are left out.

    Where it has been published, all rows of a kind are in one file; else each trial has its own, in a place that says
    which.
    """

    folder: Path
    own: bool
    left_out: list[str]

    @cached_property
    def published(self) -> bool:
        """Whether this is what `make publish` writes."""
        return any((self.folder / name).exists() for name in PUBLISHED.values())

    def rows(self, table: str, pattern: str, complaint: Complaint | None = None) -> list[Row]:
        """The sound rows of a kind; pattern: where its files are as long as it has not been published."""
        found = sorted(self.folder.glob(PUBLISHED[table] if self.published else pattern))
        return self.read(found, table, complaint)

    def read(self, paths: Iterable[Path], table: str, complaint: Complaint | None = None) -> list[Row]:
        """The rows of the files that can be believed."""
        most_rows = schema.MOST_ROWS if self.published else MOST_ROWS
        rows = []
        for path in paths:
            try:
                content = schema.read(path, table, most_rows)
                if complaint and (wrong := complaint(path, content)):
                    raise schema.InvalidFile(f"{path}: {wrong}")
                rows += content
            except schema.InvalidFile as error:
                self.left_out.append(str(error))
        return rows

    def runs(self) -> list[Row]:
        """The runs that may be mixed, those of releases last."""
        runs = self.rows("trial", "trials/**/*.parquet", self._misplaced)
        if not self.published:
            runs += self.read(sorted(self.folder.glob("runs/**/*.parquet")), "run", self._misplaced)
        runs += self.rows("release_trial", "releases/**/*.parquet", self._misplaced)
        changed = outdated(runs)
        self.left_out.extend(f"{self._place(runs[index])}: {reason}" for index, reason in changed.items())
        return [row for index, row in enumerate(runs) if index not in changed]

    def observations(self) -> tuple[list[Row], list[Row]]:
        """What the parity gate observed, and what it observed of releases."""
        if self.published:
            found, of_releases = (
                self.read(self.folder.glob(PUBLISHED[table]), table, _misshapen)
                for table in ("observations", "release_observations")
            )
            return found, of_releases
        paths = sorted(self.folder.glob("parity/*/*/*.parquet"))
        found = self.read([path for path in paths if "@" not in path.name], "observations", _elsewhere)
        of_releases = [
            row | {"release": path.stem}
            for path in paths
            if "@" in path.name
            for row in self.read([path], "observations", _elsewhere)
        ]
        return found, of_releases

    def _place(self, row: Row) -> Path:
        if self.published:
            return self.folder / PUBLISHED["release_trial" if "release" in row else "trial"]
        return file_of(self.folder, row)

    def _misplaced(self, path: Path, rows: list[Row]) -> str | None:
        """Why runs cannot be those that their place names."""
        where = run_file if path.is_relative_to(self.folder / "runs") else trial_file
        if where is run_file and len(rows) != 1 and not self.published:
            return f"it holds {len(rows)} runs, expected one"
        for row in rows:
            if row["hardware"] != self.folder.name:
                return f"it says that it was measured on {row['hardware']}"
            if not self.published and path != where(self.folder, row):
                return "it holds another run than its place says"
            if self.own and row["family"] == OWN and row["workload"] not in folders():
                return "it is of a folder outside this repository that `own` does not name"
            if self.own and _digest(row) != row["source_digest"]:
                return "the workload or the clock has changed since"
        return _repeated(rows) if rows else "it holds no run"


def _repeated(rows: list[Row]) -> str | None:
    """Why the runs in one file cannot be right: one is there twice."""
    columns = [*CELL, "run", *(column for column in ("release", "version") if column in rows[0])]
    names = [tuple(row[column] for column in columns) for row in rows]
    return None if len(set(names)) == len(names) else "it holds a run twice"


def read_facts(path: Path) -> Row:
    """What a hardware.json says, cut to plain values two levels deep, whoever wrote it; {} where there is nothing."""
    try:
        small = path.is_file() and path.stat().st_size <= LONGEST_FACT * MOST_FACTS
        found = texts.parsed(path.read_text(encoding="utf-8")) if small else None
    except (OSError, ValueError):
        return {}
    return _plain_fact(found, 2) if isinstance(found, dict) else {}


def _plain_fact(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        return (
            {str(key)[:LONGEST_FACT]: _plain_fact(entry, depth - 1) for key, entry in list(value.items())[:MOST_FACTS]}
            if depth >= 0
            else None
        )
    if isinstance(value, list):
        return [_plain_fact(entry, depth - 1) for entry in value[:MOST_FACTS]] if depth >= 0 else None
    return value[:LONGEST_FACT] if isinstance(value, str) else value


def _digest(row: Row) -> str:
    try:
        return sources.run_digest(row["family"], row["workload"], row["framework"])
    except (ValueError, OSError):
        return "no such workload"


def _elsewhere(path: Path, rows: list[Row]) -> str | None:
    """Why observations cannot be those that their place names."""
    place = (*path.parts[-3:-1], path.stem.partition("@")[0])
    if any((row["family"], row["workload"], row["framework"]) != place for row in rows):
        return "it holds observations of another workload than its place says"
    return _misshapen(path, rows)


def _misshapen(path: Path, rows: list[Row]) -> str | None:
    """Why observations cannot have been made, wherever they are."""
    for row in rows:
        if row["family"] == EXAMPLES:
            return f"it holds observations of {EXAMPLES}/{row['workload']}, which is not timed"
        if row["status"] == "ok" and not _has_shape(row):
            return f"the values of {row['name']} do not have their shape"
    return None


def _has_shape(row: Row) -> bool:
    """Whether an observation has a name, a shape, and as many numbers as the shape says."""
    shape, values = row["shape"], row["values"]
    if row["name"] is None or shape is None or values is None or None in values:
        return False
    return all(side is not None and side >= 0 for side in shape) and math.prod(shape) == len(values)
