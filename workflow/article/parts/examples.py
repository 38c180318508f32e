"""What executed examples returned or raised, as tables, and their sources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from article import numbers, prose
from article.html import Html, behind, first_line, message, render_template
from article.section import Article
from bench.catalogue import ROOT
from bench.results import outcomes

WAYS = ("eager", "compiled", "whole", "structured", "export")
"""Rows of the table of control flow."""


def examples(article: Article, workload: str, prefixes: tuple[str, ...] = ("",), bare: bool = False) -> Html:
    """What the executed examples of a workload, whose names begin so, returned or raised in both frameworks."""
    rows = []
    for machine in article.tables.hardware(article.machine):
        found = outcomes.events(article.tables, machine, workload)
        wanted = [name for name in dict.fromkeys(name for _, name in found) if name.startswith(prefixes)]
        rows += [
            {
                "example": example_name(article, name),
                "hardware": machine if article.several else None,
                "torch": outcome(article, found.get(("torch", name)), bare),
                "jax": outcome(article, found.get(("jax", name)), bare),
            }
            for name in wanted
        ]
    return article.table(
        rows,
        ("example", "hardware", "torch", "jax"),
        "examples",
        empty="no examples",
        title=article.names.workload(workload),
    )


def example_name(article: Article, name: str) -> Any:
    """What an example is called: the words of its parts where they all have some, else its dotted name as code."""
    parts = name.split(".")
    if all(f"example.{part}" in article.words for part in parts):
        return " · ".join(article.words[f"example.{part}"] for part in parts)
    return Markup("<code>{}</code>").format(name)


def outcome(article: Article, event: Any, bare: bool = False) -> Markup | None:
    """One outcome as a table's cell: a badge, its number, and what the example said.

    bare: only what it said, for examples whose purpose is to show an exception; the badge would confuse.
    """
    if event is None:
        return None
    text, value = event.text.strip(), "" if event.value is None else whole_or_scientific(event.value)
    if bare and event.outcome == "ok":
        return message(text)
    details = outcomes.as_object(text)
    if details and event.value is None and all(isinstance(entry, str) for entry in details.values()):
        return badge(article, event.outcome) + ", ".join(f"{key}: {entry}" for key, entry in details.items())
    if not text or _is_json(text):
        return badge(article, event.outcome) + value
    return badge(article, event.outcome) + Markup("{} ").format(value if len(text) < 40 else "") + message(text)


def whole_or_scientific(value: float) -> str:
    """A count as a whole number, an error or a share as `formats.scientific` shows it."""
    return numbers.count(value) if value == int(value) else numbers.scientific(value)


def badge(article: Article, name: str) -> Markup:
    """An outcome as a coloured word."""
    colour = {"crashed": "raised", "right": "ok"}.get(name, name)
    return Markup('<span class="badge" data-verdict="{}">{}</span> ').format(colour, article.words[f"outcome.{name}"])


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def source(article: Article, workload: str) -> Html:
    """The three files of a workload, folded: what was executed, word for word."""
    folders = sorted(ROOT.glob(f"*/{workload}"))
    files = [
        (str(path.relative_to(ROOT)), Markup(prose.code(path.read_text(encoding="utf-8"))))
        for folder in folders
        for path in sorted(folder.glob("*.py"))
    ]
    if not files:
        return Html()
    title = article.phrase("source.summary", title=article.names.workload(workload))
    return behind(title, render_template("listings.html", files=files))


def outcome_matrix(article: Article, workload: str, name: str, rows: Iterable[str], columns: Mapping[str, str]) -> Html:
    """Outcomes of this machine's examples as a table: `columns` maps a heading's word to a pattern with {row} in it."""
    found = outcomes.events(article.tables, article.machine, workload)
    table = []
    for row in rows:
        cells = {}
        for column, pattern in columns.items():
            framework, _, event = pattern.format(row=row).partition(" ")
            cells[column] = short_outcome(article, found.get((framework, event)))
        if any(cells.values()):
            table.append({"example": article.words.get(f"example.{row}", row)} | cells)
    return article.table(table, ("example", *columns), name, empty="no examples")


def short_outcome(article: Article, event: Any) -> Markup | None:
    """An outcome whose number is an error as a badge; below it what an exception says, or how wrong a value is."""
    if event is None:
        return None
    if event.verdict == "wrong":
        return badge(article, "wrong") + Markup("<br>{}").format(numbers.scientific(event.value))
    if event.outcome == "ok":
        return badge(article, "ok")
    return badge(article, event.outcome) + Markup("<br><code>{}</code>").format(first_line(event.text, 90))
