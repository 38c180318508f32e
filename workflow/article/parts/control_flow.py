"""What becomes of a branch and of a loop that depend on data, in each framework and way of running."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from article import numbers
from article.html import Html, first_line
from article.parts.examples import outcome_badge
from article.section import Section
from bench.vocabulary import COMPARED

WAYS = ("eager", "compiled", "whole", "structured", "export")
"""Ways of running: how the names of the examples begin."""
STATEMENTS = ("branch", "loop")
"""What depends on data: how the names of the examples end."""


def control_flow_table(section: Section) -> Html:
    """The outcomes of this machine's examples, a way of running a row; those that no framework has are left out."""
    found = section.examples("control_flow").found
    kinds = [(framework, statement) for framework in COMPARED for statement in STATEMENTS]
    rows = []
    for way in WAYS:
        cells = {
            f"{framework} {statement}": short_outcome(section, found.get((framework, f"{way}.{statement}")))
            for framework, statement in kinds
        }
        if any(cells.values()):
            rows.append({"example": section.words.get(f"example.{way}", way)} | cells)
    columns = ("example", *(f"{framework} {statement}" for framework, statement in kinds))
    return section.table(rows, columns, "control flow", empty="no examples")


def short_outcome(section: Section, event: Any) -> Markup | None:
    """An outcome whose number is an error as a badge; below it what an exception says, or how wrong a value is."""
    if event is None:
        return None
    if event.verdict == "wrong":
        return outcome_badge(section, "wrong") + Markup("<br>{}").format(numbers.scientific(event.value))
    if event.outcome == "ok":
        return outcome_badge(section, "ok")
    return outcome_badge(section, event.outcome) + Markup("<br>") + section.message(first_line(event.text, 90))
