"""The events that executed examples left, as the article and the claims ask for them: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench import catalogue, series, texts
from bench.events import RIGHT, Event
from bench.results import statistics
from bench.results.intervals import Interval, is_positive, number
from bench.results.tables import Tables

BATCHES = ("one", "many")
"""Images in a call: one for latency, many for throughput."""
BASE, SCHEME = "float32", "int8"
"""What int8 is held against, and the ways that compute the scheme of the example: how their names begin."""
STEP, SHARE, PARALLEL = "step.", "share.", "two."
"""How the events of training on two devices begin: times, shares of the ideal gain; and the ways that divide rows."""
PRIVATE = re.compile(r"\._\w+(?:\.\w+)*")
"""The private part of a dotted name, and what is below it."""
SHORTEST, LONGEST = 1e-9, 1e6
"""Seconds of a call lie between these: what another machine's file says beyond them is no time."""


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
        row["text"] if isinstance(row["text"], str) else "",  # a frame has NaN where there is none
        RIGHT[item.shows.precision if item else "float64"],
    )


def pattern_works(event: Event) -> bool:
    """Whether a pattern of printed code ran, and what it computed, in float32, is right but for rounding."""
    return event.ran and abs(event.value or 0.0) <= RIGHT["float32"]


def public(name: str) -> str:
    """A dotted name up to its first private part: the module that a user imports."""
    return PRIVATE.sub("", name)


def as_object(text: Any) -> dict[str, Any]:
    """A text read as a JSON object (`texts.parsed`); {} where it is missing or none."""
    try:
        found = texts.parsed(text)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Way:
    """What a way to compute the logits took."""

    name: str
    seconds: Mapping[str, float]
    gains: Mapping[str, Interval]
    """Batch → the seconds of the fastest way in float32 over its own, by rounds; none of a way in float32."""

    @property
    def precision(self) -> str:
        """`float32`, `int8`, or what is ready-made."""
        return self.name.split(".")[0]


def ways_of_inference(events: Mapping[str, Event]) -> list[Way]:
    """Every way of a framework, in the order in which it was timed. events: name → event."""
    rounds = {batch: _rounds(events, batch) for batch in BATCHES}
    names = dict.fromkeys(name for own in rounds.values() for name in own)
    return [
        Way(
            name,
            {batch: series.median(own[name]) for batch, own in rounds.items() if name in own},
            {batch: gain for batch, own in rounds.items() if (gain := _gain(own, name))},
        )
        for name in names
    ]


def fastest_way(found: list[Way], precision: str, batch: str) -> Way | None:
    """The fastest way in a precision; None where none was timed."""
    timed = [way for way in found if way.precision == precision and batch in way.seconds]
    return min(timed, key=lambda way: way.seconds[batch], default=None)


def _rounds(events: Mapping[str, Event], batch: str) -> dict[str, list[float]]:
    """Way → its seconds, round by round."""
    prefix = f"seconds.{batch}."
    found = {name.removeprefix(prefix): event for name, event in events.items() if name.startswith(prefix)}
    return {name: values for name, event in found.items() if event.ran and (values := _values(event.text))}


def _values(text: str) -> list[float]:
    values: Any = as_object(text).get("values")
    known = isinstance(values, list) and all(is_positive(value) and SHORTEST <= value <= LONGEST for value in values)
    return values if known else []


def _gain(rounds: Mapping[str, list[float]], name: str) -> Interval | None:
    base = [values for other, values in rounds.items() if other.split(".")[0] == BASE]
    if name not in rounds or name.split(".")[0] == BASE or not base:
        return None
    medians = [series.median(values) for values in base]
    fastest_base = base[medians.index(min(medians))]
    ratios = [slow / fast for slow, fast in zip(fastest_base, rounds[name], strict=False)]
    return Interval(series.median(ratios), *series.median_interval(ratios))


@dataclass(frozen=True)
class Devices:
    """What a way to train on two devices took: seconds of a step, and the share of the ideal gain, over trials."""

    name: str
    seconds: Interval
    share: Interval | None
    """None of the base line."""

    @property
    def is_parallel(self) -> bool:
        """Whether the rows are divided over devices."""
        return self.name.startswith(PARALLEL)


def ways_of_devices(events: Mapping[str, Event]) -> list[Devices]:
    """Every way of a framework, in the order in which it was recorded. events: name → event."""
    found = []
    for name, event in events.items():
        way = name.removeprefix(STEP)
        if way != name and event.ran and (values := _values(event.text)):
            shares = _values(events[SHARE + way].text) if SHARE + way in events else []
            share = Interval(*statistics.interval(shares)) if shares else None
            found.append(Devices(way, Interval(*statistics.interval(values)), share))
    return found


@dataclass(frozen=True)
class Installed:
    """What a way to run a framework costs: the time of each computation over that with every switch set."""

    name: str
    ratios: Mapping[str, Interval]
    keeps_subnormal: bool | None
    """Whether it computes with numbers too small to be normal; None where that was not seen."""


def ways_as_installed(events: Mapping[str, Event]) -> list[Installed]:
    """Every way of a framework but the base line, in the order in which it was recorded. events: name → event."""
    ratios: dict[str, dict[str, Interval]] = {}
    for name, event in events.items():
        kind, _, rest = name.partition(".")
        computation, _, way = rest.partition(".")
        if kind == "ratio" and way and event.ran and (values := _values(event.text)):
            ratios.setdefault(way, {})[computation] = Interval(*statistics.interval(values))
    found = []
    for way, own in ratios.items():
        seen = events.get(f"subnormal.{way}")
        keeps = seen.value > 0 if seen and seen.ran and seen.value is not None else None
        found.append(Installed(way, own, keeps))
    return found
