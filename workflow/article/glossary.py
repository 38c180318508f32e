"""The terms of the method: what each means, and a link to that from its first use in every section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from markupsafe import Markup, escape

from article.words import Words

TOKEN = re.compile(r"(<[^>]*>)")
TAG = re.compile(r"</?(\w+)")
INSIDE = {"p", "li", "figcaption", "dd"}
"""Elements in whose text a term becomes a link."""
OUTSIDE = {"a", "code", "pre", "svg", "summary", "h2", "h3", "h4", "math", "button", "output", "q"}
"""Elements in which nothing does, wherever they stand."""
VOID = {"br", "img", "input", "meta", "link", "hr", "wbr"}


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
    open_tags: list[str] = []
    pieces = []
    for piece in TOKEN.split(html):
        if piece.startswith("<"):
            _follow(open_tags, piece)
        elif piece and INSIDE.intersection(open_tags) and not OUTSIDE.intersection(open_tags):
            piece = _with_links(piece, waiting)
        pieces.append(piece)
    return Markup("".join(pieces))


def _follow(open_tags: list[str], tag: str) -> None:
    """Note what a tag opens or closes."""
    found = TAG.match(tag)
    if found is None or found[1] in VOID or tag.endswith("/>"):
        return
    if not tag.startswith("</"):
        open_tags.append(found[1])
    elif found[1] in open_tags:
        del open_tags[len(open_tags) - 1 - open_tags[::-1].index(found[1]) :]


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
