"""The five rows of the surveyed comparison, filled with what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from markupsafe import Markup

from article import numbers
from article.html import Html
from article.parts import overview, startup
from article.parts.transformations import MODES, transformations
from article.section import Article
from bench.results import outcomes


def five_rows(article: Article) -> Html:
    """The five rows of the surveyed comparison; every cell is measured, or says that it is not."""
    rows = []
    for name, show in FIVE.items():
        cells: dict[str, Any] = {}
        for framework in ("torch", "jax"):
            found = Markup(article.words["semicolon"]).join(show(article, framework))
            cells[framework] = found or article.words["five.unknown"]
        rows.append({"aspect": article.words[f"five.{name}"]} | cells)
    return article.table(rows, ("aspect", "torch", "jax"), "five")


def _graph(article: Article, framework: str) -> Iterator[Markup]:
    flow = outcomes.Examples(article.tables, article.machine, "control_flow")
    for mode in ("eager", "compiled"):
        if happened := flow.outcome(f"{framework} {mode}.branch"):
            yield article.phrase(f"five.{mode} {happened}")


def _differentiation(article: Article, framework: str) -> Iterator[Markup]:
    ex = outcomes.Examples(article.tables, article.machine, "transformations")
    names = [f"{framework} {mode}.{row}" for row in transformations(ex.found) for mode in MODES]
    if known := [name for name in names if ex.outcome(name)]:
        yield article.phrase("five.transformations", right=sum(ex.right(name) for name in known), of=len(known))


def _compiling(article: Article, framework: str) -> Iterator[Markup]:
    entry = startup.beginnings(article.tables, article.machine).get(framework)
    for cache in ("cold", "cached"):
        if (seconds := getattr(entry, f"compiled_{cache}_seconds", None)) is not None:
            yield article.phrase(f"five.{cache}", seconds=numbers.seconds(seconds))


def _ease(article: Article, framework: str) -> Iterator[Markup]:
    row = article.verdicts.get((article.machine, "alg-table-ease"))
    total = outcomes.as_object(row.evidence).get("totals", {}).get(framework, {}) if row else {}
    if {"lines", "tokens", "names"} <= set(total):
        yield article.phrase("five.ease text", **{key: numbers.count(value) for key, value in total.items()})


def _suited(article: Article, framework: str) -> Iterator[Markup]:
    for entry in overview.headlines(article.tables, article.machine):
        if entry.hardware == article.machine and entry.total:
            yield article.phrase(
                "five.suited text",
                device=article.names.of("device", entry.device),
                wins=getattr(entry, framework),
                total=entry.total,
            )


FIVE: dict[str, Callable[[Article, str], Iterator[Markup]]] = {
    "dynamic graph": _graph,
    "differentiation": _differentiation,
    "compile efficiency": _compiling,
    "ease": _ease,
    "suited": _suited,
}
"""Rows of the surveyed comparison and what fills them."""
