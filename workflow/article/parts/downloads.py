"""Links to the tables behind a page."""

from __future__ import annotations

from markupsafe import Markup

from article.html import Html
from article.section import Article


def downloads(article: Article) -> Html:
    """Links to the tables that exist, relative to the page: English beside `data/`, other languages a level below."""
    data, prefix = article.tables.folder, "data/" if article.language == "en" else "../data/"
    rows = []
    for name in ("claims", "cells", "comparisons", "runs", "parity", "noise", "events", "coverage", "peaks"):
        links = [
            Markup('<a href="{}{}.{}" download>{}</a>').format(prefix, name, kind, label)
            for kind, label in (("parquet", "Parquet"), ("csv", "CSV"))
            if (data / f"{name}.{kind}").exists()
        ]
        if links:
            rows.append(
                {
                    "file": Markup("<code>{}</code>").format(name),
                    "what": article.words[f"file.{name}"],
                    "get": Markup(" · ").join(links),
                }
            )
    if (data / "machines.json").exists():
        rows.append(
            {
                "file": Markup("<code>machines</code>"),
                "what": article.words["file.machines"],
                "get": Markup('<a href="{}machines.json" download>JSON</a>').format(prefix),
            }
        )
    return article.table(rows, ("file", "what", "get"), "downloads", empty="no downloads")
