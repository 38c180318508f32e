"""A page as a reader meets it: its sentences, its tables, and what stands below which heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from pathlib import Path

BLOCKS = {"p", "li", "td", "th", "dt", "dd", "caption", "figcaption", "summary", "title", "desc", "button", "output"}
HEADINGS = ("h1", "h2", "h3", "h4")
VERBATIM = {"code": "‹code›", "pre": "‹code›", "math": "‹formula›", "q": "‹quoted›", "cite": "‹quoted›"}
"""Elements whose text is not the article's own → what stands for them in a sentence."""
SILENT = {"style", "script"}
VOID = {"br", "hr", "img", "input", "link", "meta", "wbr", "use", "path"}


@dataclass(eq=False)
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def every(self, *tags: str) -> Iterator[Element]:
        """The elements of these tags below this one, in order."""
        for child in self.children:
            if isinstance(child, Element):
                if child.tag in tags:
                    yield child
                yield from child.every(*tags)

    @property
    def said(self) -> str:
        """The text of this element alone: what other blocks within it say is theirs."""
        return re.sub(r"[\n\t ]*\n[\n\t ]*", " ", "".join(self._pieces())).strip()

    def _pieces(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag in VERBATIM:
                yield VERBATIM[child.tag]
            elif child.tag == "br":
                yield "\n"
            elif child.tag not in BLOCKS | SILENT | {"table", "ul", "ol", "dl", "svg", *HEADINGS}:
                yield from child._pieces()


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, dict(attrs))
        self.open[-1].children.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


class Page:
    """A page of the article."""

    def __init__(self, path: Path) -> None:
        builder = _Builder()
        builder.feed(path.read_text(encoding="utf-8"))
        (self.root,) = builder.open
        (self.main,) = self.root.every("main")

    @property
    def said(self) -> list[str]:
        """Every sentence, cell and heading of the page, in order."""
        return [text for found in self.root.every(*BLOCKS, *HEADINGS) if (text := found.said)]

    def section(self, number: int) -> Element:
        """A section of the article."""
        return next(found for found in self.main.every("section") if found.attributes["id"] == f"section-{number}")


def in_order(element: Element) -> list[Element]:
    """The headings, sentences, lists, tables, figures and formulas of an element, in order, each once."""
    found = []
    for child in element.children:
        if isinstance(child, Element):
            if child.tag in (*HEADINGS, "p", "ul", "ol", "dl", "table", "figure", "pre", "form") or (
                child.attributes.get("class") == "formula"
            ):
                found.append(child)
            else:
                found += in_order(child)
    return found


def columns(table: Element) -> dict[str, list[str]]:
    """The cells of a table by the heads of their column, from above; a cell that spans several stands in each."""
    grid: dict[tuple[int, int], str] = {}
    rows = list(table.every("tr"))
    for down, row in enumerate(rows):
        for cell in row.every("td", "th"):
            across = next(place for place in count() if (down, place) not in grid)
            tall, wide = (int(cell.attributes.get(name) or 1) for name in ("rowspan", "colspan"))
            grid |= {(down + y, across + x): cell.said for y in range(tall) for x in range(wide)}
    heads = len(list(next(table.every("thead")).every("tr")))
    found = {}
    for across in range(max(place for _, place in grid) + 1):
        name = " ".join(dict.fromkeys(grid[down, across] for down in range(heads)))
        found[name] = [grid[down, across] for down in range(heads, len(rows))]
    return found
