"""What was measured on and with: the machine, the sizes, the trials, the versions, the days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from article import numbers
from article.html import Html
from article.names import TITLES
from article.parts.machines import fact_text, processor
from article.section import Section
from bench.results import outcomes, selection
from bench.vocabulary import COMPARED, PRECISIONS, SIZES, TWIN

PACKAGES = {**TITLES, "numpy": "NumPy"}
"""Package whose version is named → what it calls itself."""


def scope(section: Section) -> Html:
    """The scope of the results of this machine; that of the others folded."""
    return section.by_machine([_listed(section, machine) for machine in section.machines], "scope.others")


def _listed(section: Section, machine: str) -> Html:
    return section.render("scope.html", machine=section.hardware(machine), facts=list(facts(section, machine)))


def facts(section: Section, machine: str) -> Iterator[tuple[str, Any]]:
    """Pairs (what, value) of one machine; what is not known is left out."""
    for name, value in _values(section, machine):
        if value:
            yield section.words[f"scope.{name}"], value


def _values(section: Section, machine: str) -> Iterator[tuple[str, Any]]:
    known = section.tables.machines.get(machine, {})
    runs = section.tables.frame("runs")
    runs = runs[(runs["hardware"] == machine) & (runs["run"] < TWIN)]
    best = selection.best(section.tables, machine)
    best = best[best["hardware"] == machine]
    yield "processor", processor(section, known)
    gpus = fact_text(section, "gpus", known.get("gpus"))
    yield "gpu", gpus or (None if "cuda" in set(runs["device"]) else section.words["scope.no gpu"])
    yield "threads", _span(section, runs["threads"].dropna())
    yield "workloads", numbers.count(best["workload"].nunique()) if len(best) else None
    yield "sizes", _named(section, "size", SIZES, best["size"])
    yield "precision", _named(section, "precision", PRECISIONS, best["precision"])
    yield "trials", _span(section, best["trials"].dropna())
    yield "versions", section.words["enumeration"].join(_versions(runs["versions"], known.get("python")))
    yield "measured", _days(section, runs["started"].dropna())


def _span(section: Section, found: Any) -> str | None:
    """From the least to the most of some numbers; one number where they are alike."""
    if not len(found):
        return None
    least, most = numbers.count(found.min()), numbers.count(found.max())
    return numbers.span((least, most), section.language)


def _named(section: Section, column: str, order: Iterable[str], found: Any) -> str:
    """What the values of a column are called, each once, in the order given."""
    present = set(found)
    return section.words["enumeration"].join(section.names.of(column, name) for name in order if name in present)


def _versions(recorded: Iterable[Any], python: Any) -> Iterator[str]:
    """The versions of what is compared, of NumPy and of Python, as the runs recorded them."""
    found: dict[str, set[str]] = {name: set() for name in (*COMPARED, "numpy")}
    for entry in {str(row) for row in recorded}:
        for name, version in outcomes.as_object(entry).items():
            found.get(name, set()).add(str(version))
    for name, versions in found.items():
        if versions:
            yield f"{PACKAGES[name]}{numbers.SPACE}{' / '.join(sorted(versions))}"
    if python:
        yield f"Python{numbers.SPACE}{python}"


def _days(section: Section, started: Any) -> str | None:
    """The first and the last day on which was measured."""
    if not len(started):
        return None
    first, last = (str(moment)[:10] for moment in (started.min(), started.max()))
    return numbers.span((first, last), section.language)
