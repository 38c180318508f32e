"""The five rows of the surveyed comparison, filled with what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from markupsafe import Markup

from article import numbers
from article.html import Html
from article.parts.claims import judged_claims
from article.parts.overview import headlines
from article.parts.startup import beginnings
from article.parts.transformations import MODES, transformations
from article.section import Section
from bench.results import outcomes
from bench.vocabulary import COMPARED


def five_rows(section: Section) -> Html:
    """The five rows of the surveyed comparison; every cell is measured, or says that it is not."""
    rows = []
    for name, show in FIVE.items():
        cells: dict[str, Any] = {}
        for framework in COMPARED:
            found = Markup(section.words["semicolon"]).join(show(section, framework))
            cells[framework] = found or section.words["five.unknown"]
        rows.append({"aspect": section.words[f"five.{name}"]} | cells)
    return section.table(rows, ("aspect", *COMPARED), "five")


def _graph(section: Section, framework: str) -> Iterator[Markup]:
    flow = section.examples("control_flow")
    for mode in MODES:
        if happened := flow.outcome(f"{framework} {mode}.branch"):
            yield section.phrase(f"five.{mode} {happened}")


def _differentiation(section: Section, framework: str) -> Iterator[Markup]:
    ex = section.examples("transformations")
    names = [f"{framework} {mode}.{row}" for row in transformations(ex.found) for mode in MODES]
    if known := [name for name in names if ex.outcome(name)]:
        yield section.phrase("five.transformations", right=sum(ex.right(name) for name in known), of=len(known))


def _compiling(section: Section, framework: str) -> Iterator[Markup]:
    entry = beginnings(section.tables, section.machine).get(framework)
    for cache in ("cold", "cached"):
        if (found := getattr(entry, f"compiled_{cache}", None)) is not None:
            yield section.phrase(f"five.{cache}", seconds=numbers.seconds(found.seconds))


def _ease(section: Section, framework: str) -> Iterator[Markup]:
    row = judged_claims(section).get((section.machine, "alg-table-ease"))
    total = outcomes.as_object(row.evidence).get("totals", {}).get(framework, {}) if row else {}
    if {"lines", "tokens", "names"} <= set(total):
        yield section.phrase("five.ease text", **{key: numbers.count(value) for key, value in total.items()})


def _suited(section: Section, framework: str) -> Iterator[Markup]:
    for entry in headlines(section):
        if entry.hardware == section.machine and entry.total:
            yield section.phrase(
                "five.suited text" if entry.decided else "five.suited undecided",
                device=section.names.of("device", entry.device),
                wins=getattr(entry, framework),
                total=entry.total,
                undecided=entry.undecided,
            )


FIVE: dict[str, Callable[[Section, str], Iterator[Markup]]] = {
    "dynamic graph": _graph,
    "differentiation": _differentiation,
    "compile efficiency": _compiling,
    "ease": _ease,
    "suited": _suited,
}
"""Rows of the surveyed comparison and what fills them."""
