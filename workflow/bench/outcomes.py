"""What the executed examples left behind, as the article asks for it: pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bench.formats import missing
from bench.tables import Tables


@dataclass(frozen=True)
class Event:
    """What one example left: `outcome` is ok, raised or absent; `value` its number, where it has one."""

    outcome: str
    value: float | None
    text: str


def listed(found: Examples, name: str) -> list[float]:
    """The numbers that an example recorded as {"values": […]}; empty where there are none."""
    values = found.data(name).get("values", [])
    return [float(value) for value in values if isinstance(value, int | float)] if isinstance(values, list) else []


ROUNDING = 1e-6
"""An example whose error is larger computed something else; the checks themselves are made in float64 or float32."""


def wrong(event: Event) -> bool:
    """Whether an event whose number is an error ran and is wrong."""
    return event.outcome == "ok" and event.value is not None and event.value > ROUNDING


class Examples:
    """The recorded outcomes of one workload's examples on one machine, as a text asks for them."""

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
        number = self._number(name)
        if number is None:
            raise ValueError(f"the example {name!r} left no number")
        return float(number)

    def right(self, name: str) -> bool:
        """Whether an example whose number is an error ran, and that error is rounding."""
        event = self._get(name)
        return event is not None and event.outcome == "ok" and not wrong(event)

    def text(self, name: str) -> str:
        """The text of an example; "" where there is none."""
        event = self._get(name)
        return event.text if event else ""

    def data(self, name: str) -> dict[str, Any]:
        """The text of an example read as a JSON object; {} where it is none."""
        return evidence(self.text(name))

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
    return {(row["framework"], row["name"]): Event(row["outcome"], None if missing(row["value"]) else row["value"],
                                                   row["text"] or "") for row in frame.to_dict("records")}


def evidence(text: Any) -> dict[str, Any]:
    """The evidence of a claim; {} where it is missing or not an object."""
    try:
        found = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
