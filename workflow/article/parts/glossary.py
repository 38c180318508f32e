"""What the terms of the method mean."""

from __future__ import annotations

from article.glossary import definitions
from article.html import Html
from article.section import Section


def glossary(section: Section) -> Html:
    """The list of terms, each with the id to which its uses lead."""
    return section.render("glossary.html", terms=list(definitions(section.words)))
