"""Tables and amounts of the pages in docs/, and their places there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines)


def filled(page: Path, content: str, name: str) -> str:
    """The text of a page with `content` between the two lines that carry a name, as they are told by `marks`.

    Raises ValueError where the page has no such place.
    """
    text, (begin, end) = page.read_text(encoding="utf-8"), marks(name)
    if begin not in text or end not in text:
        raise ValueError(f"{page.name} has no lines {begin.strip()!r} and {end.strip()!r}")
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n{content}\n\n{end}{rest.partition(end)[2]}"


def marks(name: str) -> tuple[str, str]:
    """The two lines between which a page holds what a script writes."""
    return f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"


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
