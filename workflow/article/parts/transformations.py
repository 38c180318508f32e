"""Which transformations of functions work in each framework and mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from article import numbers, prose
from article.html import Html, behind, join, shortened
from article.parts.examples import outcome_badge
from article.section import Section
from bench.events import ENDED
from bench.vocabulary import COMPARED

MODES = ("eager", "compiled")
"""Columns of the table of transformations, for each framework: how the names of its examples begin."""
LONGEST = 1000
"""Letters of what an exception says that are shown."""


def transformation_table(section: Section) -> Html:
    """Every transformation in each framework and mode on this machine; what an exception says, behind its mark."""
    found = section.examples("transformations").found
    rows = []
    for name in transformations(found):
        cells = {
            f"{framework} {mode}": mark(section, found.get((framework, f"{mode}.{name}")))
            for framework in COMPARED
            for mode in MODES
        }
        if broken := mark(section, found.get(("torch", f"with breaks.{name}"))):
            cells["torch compiled"] = join(cells["torch compiled"], section.phrase("outcome.with breaks"), broken)
        rows.append({"example": section.words.get(f"example.{name}", name)} | cells)
    columns = ("example", *(f"{framework} {mode}" for framework in COMPARED for mode in MODES))
    return section.table(rows, columns, "transformations", empty="no examples")


def transformation_counts(section: Section) -> dict[str, dict[str, Any]]:
    """Framework → how many transformations were tried, and how many are right in each mode; {} where one is missing."""
    ex = section.examples("transformations")
    names = transformations(ex.found)
    counts: dict[str, dict[str, Any]] = {}
    for framework in COMPARED:
        if not any(ex.outcome(f"{framework} eager.{name}") for name in names):
            return {}
        counts[framework] = {"total": len(names)} | {
            mode: {"right": sum(ex.right(f"{framework} {mode}.{name}") for name in names)} for mode in MODES
        }
    return counts


def transformations(found: Mapping[tuple[str, str], Any]) -> list[str]:
    """The transformations that were tried, in the order of trying."""
    return list(dict.fromkeys(rest for _, name in found for mode, _, rest in [name.partition(".")] if mode in MODES))


def mark(section: Section, event: Any) -> Markup | None:
    """An outcome whose number is an error as a badge; what it says, or how wrong it is, behind it."""
    if event is None:
        return None
    if event.verdict == "wrong":
        return behind(outcome_badge(section, "wrong"), numbers.scientific(event.value))
    if event.outcome == "ok":
        return outcome_badge(section, "right")
    word = "crashed" if event.text.startswith(ENDED) else event.outcome
    text = shortened(event.text, LONGEST)
    told = section.translated(text)
    return behind(outcome_badge(section, word), Markup(prose.code(told) if told == text else escape(told)))
