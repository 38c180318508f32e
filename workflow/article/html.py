"""Pieces of HTML that a notebook displays as themselves, from the templates, and what is made of messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from article import prose
from bench.results.intervals import missing

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


TOKEN, TAG = re.compile(r"(<[^>]*>)"), re.compile(r"</?(\w+)")
VOID = {"br", "img", "input", "meta", "link", "hr", "wbr"}

LONGEST_MESSAGE = 300
"""Characters of a message that a page shows; the tables hold all of it."""


class Html(Markup):
    """Markup that a notebook displays as itself."""

    def _repr_html_(self) -> str:
        return str(self)


def render_template(name: str, **values: Any) -> Html:
    """A template with its values: markup stays, everything else is escaped. UndefinedError where a value lacks."""
    return Html(TEMPLATES.get_template(name).render(values))


def join(*parts: Any) -> Html:
    """Parts one after the other; those that are None or empty vanish, and what is said twice running is said once."""
    return Html("\n".join(said for said, _ in groupby(str(part) for part in parts if part)))


def paragraph(text: Any) -> Html:
    """A paragraph of sentences."""
    return Html(Markup("<p>{}</p>").format(text))


def badge(name: str, text: Any) -> Markup:
    """A word on a ground for whose colour the style sheet has a rule of that name."""
    return Markup('<span class="badge" data-verdict="{}">{}</span>').format(name, text)


def pieces(html: str) -> Iterator[tuple[str, list[str]]]:
    """The tags and the texts of HTML in their order, each with the names of the elements that are open there."""
    within: list[str] = []
    for piece in filter(None, TOKEN.split(html)):
        found = TAG.match(piece)
        if found and found[1] not in VOID and not piece.endswith("/>"):
            if not piece.startswith("</"):
                within.append(found[1])
            elif found[1] in within:
                del within[len(within) - 1 - within[::-1].index(found[1]) :]
        yield piece, within


def plain(content: Any) -> str:
    """The text of a cell of a table, without its markup."""
    return content.striptags() if isinstance(content, Markup) else str(content)


def bullets(items: Sequence[Any]) -> Html:
    """A list of items; nothing where there are none."""
    return render_template("bullets.html", items=items) if items else Html()


def behind(title: Any, content: Any) -> Html:
    """Content behind its title until the reader asks."""
    return render_template("behind.html", title=title, content=content)


def later(content: Any) -> Markup:
    """Content of what is folded, whose elements are made when the reader opens it. Raises ValueError where it holds
    such content itself.
    """
    if "<noscript" in content:
        raise ValueError("what is made later holds something that is made later")
    return Markup("<noscript>{}</noscript>").format(content)


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
    shown = Markup(prose.code(shortened(text, LONGEST_MESSAGE)))
    return Markup("<details><summary><code>{}</code></summary>{}</details>").format(line, shown)


def shortened(text: str, most: int) -> str:
    """A text, or as many of its letters and an ellipsis; the data hold it whole."""
    return text if len(text) <= most else text[:most].rstrip() + "…"
