"""The events that executed examples left, as the article and the claims ask for them: pure."""

from __future__ import annotations

import json
from typing import Any

from bench import catalogue
from bench.events import RIGHT, Event
from bench.results.intervals import number
from bench.results.tables import Tables


class Examples:
    """The events of one workload's examples on one machine, as a text asks for them."""

    def __init__(self, tables: Tables, machine: str, workload: str) -> None:
        self.found = events(tables, machine, workload)

    def __bool__(self) -> bool:
        return bool(self.found)

    def has(self, *names: str) -> bool:
        """Whether every name ("torch plain": framework, space, name) ran."""
        return all(self.outcome(name) == "ok" for name in names)

    def numbers(self, *names: str) -> bool:
        """Whether every name ran and left a number."""
        return all(self.outcome(name) == "ok" and self._number(name) is not None for name in names)

    def outcome(self, name: str) -> str:
        """ok, raised, absent, or "" where nothing was recorded."""
        event = self._get(name)
        return event.outcome if event else ""

    def value(self, name: str) -> float:
        """The number of an example; ask `numbers` first."""
        found = self._number(name)
        if found is None:
            raise ValueError(f"the example {name!r} left no number")
        return found

    def right(self, name: str) -> bool:
        """Whether an example whose number is an error ran, and that error is rounding."""
        event = self._get(name)
        return event is not None and event.verdict == "right"

    def text(self, name: str) -> str:
        """The text of an example; "" where there is none."""
        event = self._get(name)
        return event.text if event else ""

    def data(self, name: str) -> dict[str, Any]:
        """The text of an example read as a JSON object; {} where it is none."""
        return as_object(self.text(name))

    def listed(self, name: str) -> list[float]:
        """The numbers that an example recorded as {"values": […]}; empty where there are none."""
        values = self.data(name).get("values", [])
        return [float(value) for value in values if isinstance(value, int | float)] if isinstance(values, list) else []

    def _get(self, name: str) -> Event | None:
        framework, _, event = name.partition(" ")
        return self.found.get((framework, event))

    def _number(self, name: str) -> float | None:
        event = self._get(name)
        return event.value if event else None


def events(tables: Tables, machine: str, workload: str) -> dict[tuple[str, str], Event]:
    """(framework, name) → event, of one workload on one machine."""
    frame = tables.frame("events")
    frame = frame[(frame["hardware"] == machine) & (frame["workload"] == workload)]
    return {(row["framework"], row["name"]): event_of(row) for row in frame.to_dict("records")}


def event_of(row: dict[str, Any]) -> Event:
    """The event in a row of the table `events`."""
    item = catalogue.examples().get(row["workload"])
    return Event(
        row["name"],
        row["outcome"],
        number(row["value"]),
        row["text"] or "",
        RIGHT[item.shows.precision if item else "float64"],
    )


def as_object(text: Any) -> dict[str, Any]:
    """A text read as a JSON object; {} where it is missing or none."""
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
