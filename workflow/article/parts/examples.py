"""What executed examples returned or raised, as tables, and their sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from article import numbers
from article.html import Html, badge
from article.names import TITLES, family_of
from article.parts.provenance import FILES, workload_links
from article.section import Section
from bench import texts
from bench.events import Event
from bench.results import outcomes
from bench.vocabulary import COMPARED

CLOSED_OVER = "pattern.closed-over parameters"
"""The example whose text is two losses and whose number is the error of the second."""
SHORT = 40
"""Letters of what an example said up to which its number stands beside it."""


def example_table(
    section: Section, workload: str, prefixes: tuple[str, ...] = ("",), bare: bool = False, titled: str | None = None
) -> Html:
    """What the executed examples of a workload, whose names begin so, returned or raised in both frameworks.

    titled: whose title the table has, where it is not the workload's.
    """
    rows: list[dict[str, Any]] = []
    for machine in section.machines:
        found = outcomes.events(section.tables, machine, workload)
        wanted = [name for name in dict.fromkeys(name for _, name in found) if name.startswith(prefixes)]
        rows += [
            {"example": example_name(section, name), "hardware": section.hardware(machine)}
            | {framework: outcome_text(section, found.get((framework, name)), bare) for framework in COMPARED}
            for name in wanted
        ]
    columns: tuple[str, ...] = ("example", "hardware", *COMPARED)
    if 2 * sum(all(row[framework] is not None for framework in COMPARED) for row in rows) < len(rows):
        rows, columns = _one_framework_a_row(rows), ("example", "framework", "hardware", "outcome")
    return section.table(
        rows,
        columns,
        "examples",
        empty="no titled examples",
        title=section.names.workload(titled or workload),
    )


def _one_framework_a_row(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with a framework each, for examples most of which one framework alone has."""
    return [
        row | {"framework": TITLES[framework], "outcome": row[framework]}
        for row in rows
        for framework in COMPARED
        if row[framework] is not None
    ]


def sources(section: Section, workload: str) -> Html:
    """Links to the files of a workload beside the tables: what was executed, word for word; nothing without them."""
    links = workload_links(section, family_of(workload), workload, FILES)
    title = section.names.workload(workload)
    return section.sentence("source.summary", title=title, links=links) if links else Html()


def example_name(section: Section, name: str) -> Any:
    """What an example is called: the words of its parts where they all have some, else its dotted name as code."""
    parts = [f"example.{part}" for part in name.split(".")]
    if all(part in section.words for part in parts):
        return " · ".join(section.words[part] for part in parts)
    return Markup("<code>{}</code>").format(name)


def outcome_text(section: Section, event: Any, bare: bool = False) -> Markup | None:
    """One outcome as a table's cell: a badge, its number, and what the example said.

    bare: only what it said, for examples whose purpose is to show an exception; the badge would confuse.
    """
    if event is None:
        return None
    text, value = event.text.strip(), "" if event.value is None else whole_or_scientific(event.value)
    if bare and event.outcome == "ok":
        return section.message(text)
    if event.name == CLOSED_OVER and event.ran:
        return losses_text(section, event)
    mark = outcome_badge(section, event.outcome)
    details = outcomes.as_object(text)
    if details and event.value is None and all(isinstance(entry, str) for entry in details.values()):
        return mark + details_text(section, details)
    if not text or _is_data(text):
        return mark + value
    return mark + Markup("{} ").format(value if len(text) < SHORT else "") + section.message(text)


def details_text(section: Section, details: Mapping[str, str]) -> str:
    """What an example said by name, such as the modules in which it found something."""
    told = {
        section.words.get(f"detail.{key}", key): section.translated(outcomes.public(entry)).split(", ")
        for key, entry in details.items()
    }
    named = [section.names.point(section.words["enumeration"].join(entries), key) for key, entries in told.items()]
    return section.words["semicolon"].join(named)


def losses_text(section: Section, event: Event) -> Markup:
    """The losses that a compiled function told before and after its parameters changed, and whether it is right."""
    before, _, after = event.text.strip().partition(" ")
    mark = outcome_badge(section, "ok" if outcomes.pattern_works(event) else "wrong")
    error = whole_or_scientific(event.value or 0.0)
    return mark + section.phrase("outcome.losses", before=before, after=after, error=error)


def whole_or_scientific(value: float) -> str:
    """A count as a whole number, an error or a share as `numbers.scientific` shows it."""
    return numbers.count(value) if value == int(value) else numbers.scientific(value)


def outcome_badge(section: Section, name: str) -> Markup:
    """An outcome as a coloured word, and a space after it."""
    colour = {"crashed": "raised", "right": "ok"}.get(name, name)
    return badge(colour, section.words[f"outcome.{name}"]) + " "


def _is_data(text: str) -> bool:
    """Whether a text is an object or a list, which other tables and figures are made of; a number is a value."""
    try:
        return isinstance(texts.parsed(text), dict | list)
    except ValueError:
        return False
