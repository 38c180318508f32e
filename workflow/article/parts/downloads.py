"""Links to the tables behind a page."""

from __future__ import annotations

from markupsafe import Markup

from article.html import Html
from article.section import Section

FORMATS = {"parquet": "Parquet", "csv": "CSV", "json": "JSON"}
FILES = (
    *("claims", "cells", "comparisons", "cases", "releases", "runs", "parity", "noise", "events", "coverage", "peaks"),
    "machines",
)


def downloads(section: Section) -> Html:
    """Links to the tables that exist, relative to the page."""
    rows = []
    for name in FILES:
        links = [
            Markup('<a href="{}/{}.{}" download>{}</a>').format(section.data, name, ending, label)
            for ending, label in FORMATS.items()
            if (section.tables.folder / f"{name}.{ending}").exists()
        ]
        if links:
            rows.append(
                {
                    "file": Markup("<code>{}</code>").format(name),
                    "what": section.words[f"file.{name}"],
                    "get": Markup(" · ").join(links),
                }
            )
    return section.table(rows, ("file", "what", "get"), "downloads", empty="no downloads")
