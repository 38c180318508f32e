"""What the surveyed text cites, and the works that are meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from markupsafe import Markup

from article.html import Html
from article.section import FOLDER, Article


def bibliography(article: Article) -> dict[str, Any]:
    """The content of references.yaml."""
    return yaml.safe_load((FOLDER / "references.yaml").read_text(encoding="utf-8"))


def reference(entry: Mapping[str, Any]) -> Markup:
    """One entry as a citation."""
    fields = (entry[key] for key in ("authors", "year", "title", "where"))
    return Markup("{} ({}). <cite>{}</cite>. {}.").format(*fields)


def checked_table(article: Article) -> Html:
    """What the surveyed text cites, whether it exists, and the work that is meant."""
    content = bibliography(article)
    works = {entry["id"]: entry for entry in content["works"]}
    rows = [
        {
            "cited": entry["cited"][article.language],
            "finding": article.words[f"finding.{entry['finding']}"],
            "meant": Markup("<br>").join(reference(works[work]) for work in entry.get("works", ())) or None,
            "nearest": Markup("<br>").join(reference(works[work]) for work in entry.get("nearest", ())) or None,
        }
        for entry in content["checked"]
    ]
    return article.table(rows, ("cited", "finding", "meant", "nearest"), "checked")


def reference_list(article: Article) -> Html:
    """Every work, in the order of its first author."""
    works = sorted(bibliography(article)["works"], key=lambda entry: (str(entry["authors"]).casefold(), entry["year"]))
    return article.render("references.html", references=[(entry["id"], reference(entry)) for entry in works])
