"""Machines and versions, side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from article import numbers
from article.html import Html
from article.section import Section
from bench.results import outcomes
from bench.results.intervals import missing

KIBIBYTES = re.compile(r"(\d+)K")
"""A size as Linux tells that of a cache."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}T")
"""How a moment in ISO 8601 begins: the page tells days."""


def machine_table(section: Section) -> Html:
    """What is known of every machine: one column each."""
    rows: list[dict[str, Any]] = []
    for fact in section.words.under("fact"):
        cells = {name: _fact(section, fact, section.tables.machines.get(name, {})) for name in section.machines}
        if any(cells.values()):
            rows.append({"fact": section.words[f"fact.{fact}"]} | cells)
    return section.table(rows, ("fact", *section.machines), "machines", empty="no machines")


def _fact(section: Section, fact: str, known: Mapping[str, Any]) -> str | None:
    """A fact as the table shows it: the name of a machine only where it is not that of its processor."""
    if fact == "cpu_model":
        return processor(section, known)
    if fact == "name" and known.get(fact) == known.get("cpu_model"):
        return None
    return fact_text(section, fact, known.get(fact))


def processor(section: Section, known: Mapping[str, Any]) -> str | None:
    """The name of a machine's processor, and the family and model that tell it from others of that name."""
    name, identity = fact_text(section, "cpu_model", known.get("cpu_model")), known.get("identity")
    found = identity.get("processor") if isinstance(identity, Mapping) else None
    if not name or not isinstance(found, Mapping) or not {"family", "model"} <= found.keys():
        return name
    model = section.words["scope.model"].format(family=found["family"], model=found["model"])
    return name + section.words["brackets"].format(text=model)


def version_table(section: Section) -> Html:
    """Versions that the runs recorded, one column per machine."""
    rows: dict[str, dict[str, str]] = {}
    for row in section.tables.frame("runs").itertuples():
        for package, version in outcomes.as_object(row.versions).items():
            rows.setdefault(package, {})[row.hardware] = str(version)
    ordered = [{"package": package} | versions for package, versions in sorted(rows.items())]
    return section.table(ordered, ("package", *section.machines), "versions", empty="no versions")


def fact_text(section: Section, fact: str, value: Any) -> str | None:
    """A fact of a machine in words; whatever a foreign file holds in its place is shown as it is."""
    if value in (None, "", [], {}):
        return None
    if fact == "memory_bytes" and isinstance(value, int | float) and not missing(value):
        return numbers.size(value)
    if fact == "described" and DAY.match(str(value)):
        return str(value)[: len("2000-01-01")]
    if isinstance(value, bool):
        return section.words["yes" if value else "no"]
    if isinstance(value, Mapping):
        return section.words["enumeration"].join(f"{key}{numbers.SPACE}{_size(entry)}" for key, entry in value.items())
    if isinstance(value, list):
        named = (str(entry.get("name", entry)) if isinstance(entry, Mapping) else str(entry) for entry in value)
        return section.words["enumeration"].join(named)
    return str(value)


def _size(entry: Any) -> str:
    """The size of a cache; what is none stays as it is."""
    found = KIBIBYTES.fullmatch(str(entry))
    return numbers.size(1024 * int(found[1])) if found else str(entry)
