"""Machines and versions, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from article import numbers
from article.html import Html
from article.section import Article
from bench.results import outcomes
from bench.results.intervals import missing


def machine_table(article: Article) -> Html:
    """What is known of every machine: one column each."""
    machines = {name: article.tables.machines.get(name, {}) for name in article.tables.hardware(article.machine)}
    rows: list[dict[str, Any]] = []
    for fact in article.words.under("fact"):
        cells = {name: fact_text(article, fact, known.get(fact)) for name, known in machines.items()}
        if any(cells.values()):
            rows.append({"fact": article.words[f"fact.{fact}"]} | cells)
    return article.table(rows, ("fact", *machines), "machines", empty="no machines")


def fact_text(article: Article, fact: str, value: Any) -> str | None:
    """A fact of a machine in words; whatever a foreign file holds in its place is shown as it is."""
    if value in (None, "", [], {}):
        return None
    if fact == "memory_bytes" and isinstance(value, int | float) and not missing(value):
        return numbers.size(value)
    if isinstance(value, bool):
        return article.words["yes" if value else "no"]
    if isinstance(value, Mapping):
        return ", ".join(f"{key}{numbers.SPACE}{entry}" for key, entry in value.items())
    if isinstance(value, list):
        return ", ".join(str(entry.get("name", entry)) if isinstance(entry, Mapping) else str(entry) for entry in value)
    return str(value)


def version_table(article: Article) -> Html:
    """Versions that the runs recorded, one column per machine."""
    rows: dict[str, dict[str, str]] = {}
    for row in article.tables.frame("runs").itertuples():
        for package, version in outcomes.as_object(row.versions).items():
            rows.setdefault(package, {})[row.hardware] = str(version)
    ordered = [{"package": package} | versions for package, versions in sorted(rows.items())]
    columns = ("package", *article.tables.hardware(article.machine))
    return article.table(ordered, columns, "versions", empty="no versions")
