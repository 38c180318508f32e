"""The terms of the method: what each means, and a link to that from its first use in every section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from markupsafe import Markup, escape

from article.html import pieces
from article.words import Words

INSIDE = {"p", "li", "figcaption", "dd"}
"""Elements in whose text a term becomes a link."""
OUTSIDE = {"a", "code", "pre", "svg", "summary", "h2", "h3", "h4", "math", "button", "output", "q"}
"""Elements in which nothing does, wherever they stand."""


def terms(words: Words) -> list[str]:
    """The terms, in the order of the words."""
    return [name.removesuffix(".means") for name in words.under("glossary") if name.endswith(".means")]


def definitions(words: Words) -> Iterator[tuple[str, str, str]]:
    """Id, name and meaning of every term."""
    for term in terms(words):
        yield identity(term), words[f"glossary.{term}.name"], words[f"glossary.{term}.means"]


def identity(term: str) -> str:
    """The id on the page of what a term means."""
    return f"term-{term.replace(' ', '-')}"


def linked(html: Markup, words: Words) -> Markup:
    """The HTML of a section whose first use of each term leads to what it means."""
    waiting = {term: _pattern(words[f"glossary.{term}.use"]) for term in terms(words)}
    found = []
    for piece, within in pieces(html):
        if not piece.startswith("<") and INSIDE.intersection(within) and not OUTSIDE.intersection(within):
            piece = _with_links(piece, waiting)
        found.append(piece)
    return Markup("".join(found))


def _with_links(text: str, waiting: dict[str, re.Pattern[str]]) -> str:
    """A text with links for the terms that waited for their first use; each waits no longer."""
    uses = sorted((found.start(), found.end(), term) for term, use in waiting.items() if (found := use.search(text)))
    pieces, end = [], 0
    for start, stop, term in uses:
        if start >= end:
            pieces += [text[end:start], f'<a class="term" href="#{escape(identity(term))}">{text[start:stop]}</a>']
            end = stop
            del waiting[term]
    return "".join([*pieces, text[end:]])


@cache
def _pattern(use: str) -> re.Pattern[str]:
    """What a use of a term looks like: a word by itself, where it is one of letters."""
    return re.compile(rf"(?<![\w-])(?:{use})(?![\w-])" if use.isascii() else use)
