"""What inference in int8 takes of memory and time, and what it costs in accuracy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from article import numbers
from article.html import Html
from article.names import TITLES
from article.parts.examples import example_name
from article.section import Section
from bench import catalogue
from bench.events import Event
from bench.results import outcomes
from bench.results.outcomes import BATCHES, Way
from bench.vocabulary import COMPARED

COLUMNS = (
    "way",
    "model_bytes",
    "hardware",
    "accuracy",
    "changed",
    *(f"{what} {batch}" for batch in BATCHES for what in ("seconds", "gain")),
)


def quantisation_table(section: Section) -> Html:
    """Every way to compute the logits: bytes of the model, accuracy, times, and what is gained over float32."""
    rows: list[dict[str, Any]] = []
    for machine in section.machines:
        found = outcomes.events(section.tables, machine, "quantisation")
        for framework in COMPARED:
            own = {name: event for (whose, name), event in found.items() if whose == framework}
            rows += [
                {
                    "way": f"{TITLES[framework]} · {example_name(section, way.name)}",
                    "hardware": section.hardware(machine),
                }
                | _row(own, way)
                for way in outcomes.ways_of_inference(own)
            ]
    many = catalogue.examples()["quantisation"].problem.BATCHES["many"]
    return section.table(rows, COLUMNS, "quantisation", empty="no examples", many=many)


def _row(events: Mapping[str, Event], way: Way) -> dict[str, Any]:
    size, right = (events.get(f"{what}.{way.precision}") for what in ("bytes", "accuracy"))
    changed = outcomes.as_object(right.text).get("changed") if right else None
    return {
        "model_bytes": numbers.size(size.value) if size and size.value is not None else None,
        "accuracy": numbers.percent(right.value) if right and right.value is not None else None,
        "changed": numbers.count(changed) if isinstance(changed, int) else None,
        **{f"seconds {batch}": numbers.seconds(seconds) for batch, seconds in way.seconds.items()},
        **{f"gain {batch}": numbers.ratio(gain) for batch, gain in way.gains.items()},
    }
