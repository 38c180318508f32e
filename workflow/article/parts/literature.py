"""What the surveyed text cites, and the works that are meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from article.html import Html
from article.section import Section, read_yaml


def checked_table(section: Section) -> Html:
    """What the surveyed text cites, whether it exists, and the work that is meant."""
    content = read_yaml("references.yaml")
    works = {entry["id"]: entry for entry in content["works"]}

    def citations(identities: Iterable[str]) -> Markup | None:
        return Markup("<br>").join(citation(works[identity]) for identity in identities) or None

    rows = [
        {
            "cited": entry["cited"][section.language],
            "finding": section.words[f"finding.{entry['finding']}"],
            "meant": citations(entry.get("works", ())),
            "nearest": citations(entry.get("nearest", ())),
        }
        for entry in content["checked"]
    ]
    return section.table(rows, ("cited", "finding", "meant", "nearest"), "checked")


def reference_list(section: Section) -> Html:
    """Every work, in the order of its first author."""
    works = sorted(
        read_yaml("references.yaml")["works"], key=lambda entry: (str(entry["authors"]).casefold(), entry["year"])
    )
    return section.render("references.html", references=[(entry["id"], citation(entry)) for entry in works])


def citation(entry: Mapping[str, Any]) -> Markup:
    """A work as it is cited, with a link to where it is: its DOI, or the address of what has none."""
    fields = (entry[key] for key in ("authors", "year", "title", "where"))
    cited = Markup("{} ({}). <cite>{}</cite>. {}.").format(*fields)
    address = f"https://doi.org/{entry['doi']}" if "doi" in entry else entry["url"]
    return cited + Markup(' <a href="{}">{}</a>').format(address, entry.get("doi") or address.removeprefix("https://"))
