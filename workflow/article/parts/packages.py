"""What is installed: versions, licences, sizes, and how long it takes to start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from article import numbers
from article.html import Html
from article.parts.startup import Median, Startup, beginnings
from article.section import Section
from bench.results import outcomes
from bench.results.intervals import missing
from bench.vocabulary import COMPARED

FACTS: tuple[tuple[str, str, Callable[[Any], str] | None], ...] = (
    ("version", "version", None),
    ("licence", "licence", None),
    ("requires python", "requires.python", None),
    ("packages", "closure.packages", numbers.count),
    ("bytes", "closure.bytes", numbers.size),
    ("wheel", "wheel", None),
)
"""Rows of the table of packages: their words, the example that found them, how its number is shown (None: its text)."""
TIMES = ("import_seconds", "eager", "compiled_cold", "compiled_cached")
"""Further rows: the times of a `Startup`."""


def package_table(section: Section) -> Html:
    """What is installed: version, licence, requirements, size, import time; one column per framework (and machine)."""
    rows = [
        {"fact": section.words[f"package.{fact}"], "hardware": section.hardware(machine)} | cells
        for machine in section.machines
        for fact, cells in facts_of(section, machine).items()
        if any(cells.values())
    ]
    which = section.words["packages.shared" if len(section.machines) > 1 else "packages.all"]
    return section.table(rows, ("fact", "hardware", *COMPARED), "packages", empty="no packages", which=which)


def facts_of(section: Section, machine: str) -> dict[str, dict[str, str | None]]:
    """Fact → framework → what is known of it on a machine."""
    examples = outcomes.Examples(section.tables, machine, "packages")
    start = beginnings(section.tables, machine)
    return {
        fact: {framework: _shown(examples, f"{framework} {event}", show) for framework in COMPARED}
        for fact, event, show in FACTS
    } | {fact: {framework: _time(section, start.get(framework), fact) for framework in COMPARED} for fact in TIMES}


def _shown(examples: outcomes.Examples, name: str, show: Callable[[Any], str] | None) -> str | None:
    if show is None:
        return examples.text(name) or None
    return show(examples.value(name)) if examples.numbers(name) else None


def _time(section: Section, start: Startup | None, fact: str) -> str | None:
    found: Any = getattr(start, fact, None)
    if isinstance(found, Median):
        return numbers.seconds(found.seconds) + section.words["brackets"].format(text=numbers.count(found.workloads))
    return None if missing(found) else numbers.seconds(found)
