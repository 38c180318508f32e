"""Which transformations of functions work in each framework and mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from article import numbers, prose
from article.html import Html, behind, join
from article.parts.examples import badge
from article.section import Article
from bench.events import ENDED
from bench.results import outcomes

MODES = ("eager", "compiled")
"""Columns of the table of transformations, for each framework: how the names of its examples begin."""


def transformations(found: Mapping[tuple[str, str], Any]) -> list[str]:
    """The transformations that were tried, in the order of trying."""
    return list(dict.fromkeys(rest for _, name in found for mode, _, rest in [name.partition(".")] if mode in MODES))


def transformation_matrix(article: Article) -> Html:
    """Every transformation in each framework and mode on this machine; what an exception says, behind its mark."""
    found = outcomes.events(article.tables, article.machine, "transformations")
    rows = []
    for row in transformations(found):
        cells = {
            f"{framework} {mode}": mark(article, found.get((framework, f"{mode}.{row}")))
            for framework in ("torch", "jax")
            for mode in MODES
        }
        if broken := mark(article, found.get(("torch", f"with breaks.{row}"))):
            cells["torch compiled"] = join(cells["torch compiled"], article.phrase("outcome.with breaks"), broken)
        rows.append({"example": article.words.get(f"example.{row}", row)} | cells)
    columns = ("example", *(f"{framework} {mode}" for framework in ("torch", "jax") for mode in MODES))
    return article.table(rows, columns, "transformations", empty="no examples")


def transformation_counts(article: Article) -> dict[str, dict[str, Any]]:
    """Framework → how many transformations were tried, and how many are right in each mode; {} where one is missing."""
    ex = outcomes.Examples(article.tables, article.machine, "transformations")
    names = transformations(ex.found)
    counts: dict[str, dict[str, Any]] = {}
    for framework in ("torch", "jax"):
        if not any(ex.outcome(f"{framework} eager.{name}") for name in names):
            return {}
        counts[framework] = {"total": len(names)} | {
            mode: {"right": sum(ex.right(f"{framework} {mode}.{name}") for name in names)} for mode in MODES
        }
    return counts


def mark(article: Article, event: Any) -> Markup | None:
    """An outcome whose number is an error as a badge; what it says, or how wrong it is, behind it."""
    if event is None:
        return None
    if event.outcome == "ok":
        return (
            behind(badge(article, "wrong"), numbers.scientific(event.value))
            if event.verdict == "wrong"
            else badge(article, "right")
        )
    word = "crashed" if event.text.startswith(ENDED) else event.outcome
    return behind(badge(article, word), Markup(prose.code(event.text)))
