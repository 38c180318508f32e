"""From the examples to the table `coverage`: which public function of NumPy and SciPy each framework has by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bench import texts

WORKLOAD, PREFIX = "packages", "coverage."
KINDS = ("function", "distribution")


def rows(events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row per machine, framework, namespace and name, in the order of the events, names in that of the alphabet.

    events: rows of the table `events`, whoever wrote them; texts that are not such lists give no rows.
    """
    events = [event for event in events if event["workload"] == WORKLOAD]
    versions = {(event["hardware"], event["framework"], event["name"]): event["text"] for event in events}
    found = []
    for event in events:
        if event["name"].startswith(PREFIX) and event["outcome"] == "ok":
            module = event["name"].removeprefix(PREFIX)
            key = (event["hardware"], event["framework"], f"share.{module.split('.')[0]}.version")
            found += [
                {
                    "hardware": event["hardware"],
                    "framework": event["framework"],
                    "module": module,
                    "name": name,
                    "kind": kind,
                    "found": bool(place),
                    "place": place or None,
                    "version": versions.get(key),
                }
                for name, kind, place in sorted(_names(event["text"]))
            ]
    return found


def _names(text: str | None) -> Iterator[tuple[str, str, str]]:
    """(name, kind, place) of every name; the place "" means that it is nowhere."""
    try:
        content = texts.parsed(text or "")
    except ValueError:
        return
    for kind in KINDS:
        places = content.get(kind) if isinstance(content, dict) else None
        for place, names in places.items() if isinstance(places, dict) else ():
            yield from (
                ((name, kind, place) for name in names if isinstance(name, str)) if isinstance(names, list) else ()
            )
