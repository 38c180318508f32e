"""Pieces of HTML that a notebook displays as themselves, and what is made of messages."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from article import prose
from bench.results.intervals import missing


class Html(Markup):
    """Markup that a notebook displays as itself."""

    def _repr_html_(self) -> str:
        return str(self)


def join(*parts: Any) -> Html:
    """Parts one after the other; those that are None or empty vanish."""
    return Html("\n".join(str(part) for part in parts if part))


def box(css_class: str, *parts: Any) -> Html:
    """Parts inside a division."""
    return Html(Markup('<div class="{}">{}</div>').format(css_class, join(*parts)))


def paragraph(text: Any) -> Html:
    """A paragraph of sentences."""
    return Html(Markup("<p>{}</p>").format(text))


def behind(title: Any, content: Any) -> Html:
    """Content behind its title until the reader asks."""
    return Html(Markup('<details class="numbers"><summary>{}</summary>{}</details>').format(title, content))


def first_line(message: Any, length: int = 240) -> str:
    """The first line of a message, at most `length` characters."""
    text = "" if missing(message) else str(message)
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def message(text: Any) -> Markup:
    """A message: its first line, the rest folded."""
    text = "" if missing(text) else str(text).strip()
    line = first_line(text)
    if text == line:
        return Markup("<code>{}</code>").format(line) if line else Markup("")
    return Markup("<details><summary><code>{}</code></summary>{}</details>").format(line, Markup(prose.code(text)))
