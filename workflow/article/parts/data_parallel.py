"""What a second device gains in the training of a model, and what a framework makes of a second core by itself."""

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

COLUMNS = ("way", "hardware", "step of two", "share of gain")


def data_parallel_table(section: Section) -> Html:
    """Every way of both frameworks: the time of a step, and the share of the ideal gain that the second core gives."""
    rows: list[dict[str, Any]] = []
    for machine in section.machines:
        found = outcomes.events(section.tables, machine, "data_parallel")
        for framework in COMPARED:
            own = {name: event for (whose, name), event in found.items() if whose == framework}
            rows += [
                {
                    "way": f"{TITLES[framework]} · {example_name(section, way.name)}",
                    "hardware": section.hardware(machine),
                    "step of two": numbers.seconds(way.seconds),
                    "share of gain": numbers.percent(way.share) if way.share else None,
                }
                for way in outcomes.ways_of_devices(own)
            ]
    trials = catalogue.examples()["data_parallel"].problem.TRIALS
    return section.table(rows, COLUMNS, "data_parallel", empty="no data parallel", trials=trials)
