"""Tables and amounts of docs/measurement.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines)


def checklist(criteria: Mapping[str, bool]) -> str:
    """What had to hold, and whether it does."""
    return "\n".join(f"- {'holds' if holds else '**does not hold**'}: {text}" for text, holds in criteria.items())


def seconds(value: float) -> str:
    """Seconds in the unit that keeps the number between 1 and 1000."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3)):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value / 1e-6:.3g} µs"


def percent(value: float | None, digits: int = 1) -> str:
    """A share in percent; nothing where there is none."""
    return "" if value is None else f"{value:.{digits}%}"
