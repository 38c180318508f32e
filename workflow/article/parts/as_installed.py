"""What the frameworks' defaults cost or gain against the switches that trials set."""

from __future__ import annotations

from typing import Any

from article import numbers
from article.html import Html
from article.names import TITLES
from article.parts.examples import example_name
from article.section import Section
from bench import catalogue
from bench.results import outcomes
from bench.vocabulary import COMPARED


def installed_table(section: Section) -> Html:
    """Every way of both frameworks: the time of each computation over that with every switch set."""
    problem = catalogue.examples()["as_installed"].problem
    rows: list[dict[str, Any]] = []
    for machine in section.machines:
        found = outcomes.events(section.tables, machine, "as_installed")
        for framework in COMPARED:
            own = {name: event for (whose, name), event in found.items() if whose == framework}
            rows += [
                {
                    "way": f"{TITLES[framework]} · {example_name(section, way.name)}",
                    "hardware": section.hardware(machine),
                    "subnormal": _answer(section, way.keeps_subnormal),
                    **{f"installed {name}": numbers.ratio(ratio) for name, ratio in way.ratios.items()},
                }
                for way in outcomes.ways_as_installed(own)
            ]
    columns = ("way", "hardware", "subnormal", *(f"installed {name}" for name in problem.COMPUTATIONS))
    return section.table(rows, columns, "as_installed", empty="no examples", trials=problem.TRIALS)


def _answer(section: Section, holds: bool | None) -> str | None:
    return None if holds is None else section.words["yes" if holds else "no"]
