"""What the page is as a publication: who made it, of which version and day, and how it is cited."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parents[2] / "CITATION.cff"
LOCALES = {"en": "en_GB", "zh-Hans": "zh_CN"}
"""Language of a page → its locale in Open Graph."""


@dataclass(frozen=True)
class Publication:
    """What CITATION.cff says, and what this page was made from."""

    authors: tuple[str, ...]
    version: str
    licence: str
    keywords: tuple[str, ...]
    released: str
    """Day of the release, ISO 8601."""
    url: str | None = None
    """Where the English page is published; None where nobody says."""
    repository: str | None = None
    """Where its program is published; None where nobody says."""
    doi: str | None = None
    measured: str | None = None
    """Day of the last measurement, ISO 8601; None where nothing was measured."""
    commit: str | None = None
    machine: str | None = None
    machines: int = 1
    """On how many machines the results of the page were measured."""
    tiny: bool = False
    """Whether they are of the smallest size alone: the page says that its numbers mean nothing."""

    @property
    def date(self) -> str:
        """The day of what the page tells: of its last measurement, else of the release."""
        return self.measured or self.released

    @property
    def year(self) -> str:
        """The year of that day."""
        return self.date[:4]


def read_publication(path: Path = FILE, **made_from: Any) -> Publication:
    """What a CITATION.cff says. made_from: `measured`, `commit`, `machine`, `machines`, `tiny`. Raises KeyError
    for a key of the format that is not there. Source: Citation File Format 1.2.0.
    """
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Publication(
        authors=tuple(_name(author) for author in content["authors"]),
        version=str(content["version"]),
        licence=content["license"],
        keywords=tuple(content.get("keywords", ())),
        released=str(content["date-released"]),
        url=content.get("url"),
        repository=content.get("repository-code"),
        doi=content.get("doi"),
        **made_from,
    )


def _name(author: Mapping[str, Any]) -> str:
    """A person or a body as it signs."""
    return author.get("name") or f"{author['given-names']} {author['family-names']}"


def bibtex(publication: Publication, title: str) -> str:
    """The entry of a bibliography: a `@misc` whose braces keep names and title as they are."""
    parts = {"commit": publication.commit, "results of": publication.machine, "measured until": publication.measured}
    fields = {
        "title": f"{{{_escaped(title)}}}",
        "author": " and ".join(f"{{{_escaped(author)}}}" for author in publication.authors),
        "year": publication.year,
        "version": _escaped(publication.version),
        "note": _escaped(", ".join(f"{name} {value}" for name, value in parts.items() if value)),
        "doi": publication.doi or "",
        "url": publication.url or "",
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{pytorch-against-jax-{publication.date},\n{lines}\n}}"


def _escaped(text: str) -> str:
    """Text in which nothing is a command of LaTeX."""
    return re.sub(r"([&%$#_{}])", r"\\\1", text.replace("\\", ""))


def metadata(publication: Publication, language: str, title: str, description: str) -> list[tuple[str, str, str]]:
    """Triples (attribute, name, content) of the page's meta elements: Highwire Press, Dublin Core, Open Graph."""
    name, graph = "name", "property"
    authors = [(name, kind, author) for kind in ("citation_author", "DC.creator") for author in publication.authors]
    found = [
        (name, "citation_title", title),
        (name, "citation_publication_date", publication.date.replace("-", "/")),
        (name, "citation_language", language),
        (name, "citation_keywords", "; ".join(publication.keywords)),
        (name, "citation_public_url", publication.url or ""),
        (name, "citation_doi", publication.doi or ""),
        (name, "DC.title", title),
        (name, "DC.description", description),
        (name, "DC.date", publication.date),
        (name, "DC.language", language),
        (name, "DC.type", "Text"),
        (name, "DC.format", "text/html"),
        (name, "DC.rights", publication.licence),
        (name, "DC.identifier", publication.commit or publication.version),
        *authors,
        (graph, "og:type", "article"),
        (graph, "og:title", title),
        (graph, "og:description", description),
        (graph, "og:locale", LOCALES[language]),
        (graph, "og:url", publication.url or ""),
        (graph, "article:modified_time", publication.date),
    ]
    return [entry for entry in found if entry[2]]
