"""The page of one language: the outputs of its executed notebooks, the style, the script and the template."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import Markup

from article.citation import Publication, bibtex, metadata
from article.figures import palette
from article.glossary import linked
from article.html import pieces, render_template
from article.section import FOLDER
from article.words import read_words

TAGS = {"en": "en", "zh": "zh-Hans"}
SCRIPTS = ("tab_stops.js", "sheets.js", "roles.js", "folded.js", "languages.js", "explorer.js")
"""What the one script of a page is made of."""


UNSEEN = {"noscript", "svg"}
"""Elements whose text is not of the lines of a page."""


@dataclass(frozen=True)
class ExecutedSection:
    """What one executed notebook adds to the page."""

    number: int
    title: str
    content: Markup

    @property
    def letters(self) -> int:
        """The letters that are read before anything is opened, wide ones twice. On a wide screen a section is about as
        many pixels high, or less, on a phone at most 1.7 times as many (style.css): so much room is kept for it until
        it comes near. With less, what is in it would lie over the next one for whoever asks where it is.
        """
        return sum(
            2 if unicodedata.east_asian_width(letter) in "WF" else 1
            for text, within in pieces(self.content)
            if not text.startswith("<") and not UNSEEN.intersection(within)
            if "details" not in within or "summary" in within
            for letter in text.strip()
        )


def outputs(notebook: Path) -> list[str]:
    """The HTML that the cells of an executed notebook displayed, in order. Raises ValueError where a cell failed."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    found = []
    for cell in content["cells"]:
        for output in cell.get("outputs", ()):
            if output["output_type"] == "error":
                raise ValueError(f"{notebook}: a cell failed: {output['ename']}: {output['evalue']}")
            html = output.get("data", {}).get("text/html")
            if html is not None:
                found.append("".join(html))
    return found


def sections(notebooks: Iterable[Path], titles: dict[str, str]) -> list[ExecutedSection]:
    """The sections of the page; the number of each is the number its file name begins with."""
    return [
        ExecutedSection(number, titles[str(number)], Markup("\n".join(outputs(path))))
        for path in sorted(notebooks)
        for number in [int(path.name.split("_")[0])]
    ]


STYLED = re.compile(r'<(\w+)((?:(?! class=")[^<>])*?) style="([^"]*)"((?:(?! class=")[^<>])*)>')
"""An element with a style of its own and no class."""


def with_shared_styles(parts: Iterable[ExecutedSection]) -> tuple[list[ExecutedSection], Markup]:
    """The sections with a class for every style that their drawings repeat by the thousand, and the rules of these."""
    rules: dict[str, str] = {}

    def share(found: re.Match[str]) -> str:
        name = "s" + hashlib.sha256(found[3].encode()).hexdigest()[:6]
        rules[name] = found[3]
        return f'<{found[1]}{found[2]} class="{name}"{found[4]}>'

    shared = [replace(part, content=Markup(STYLED.sub(share, part.content))) for part in parts]
    return shared, Markup("".join(f".{name} {{ {rule} }}\n" for name, rule in sorted(rules.items())))


def style() -> Markup:
    """The style sheet with the colours that figures use."""
    text = (FOLDER / "style.css").read_text(encoding="utf-8")
    for mark, colours in (("/* variables */", palette.variables()), ("/* dark */", palette.DARK)):
        text = text.replace(mark, "".join(f"  --{name}: {colour};\n" for name, colour in colours.items()))
    return Markup(text)


def page(
    language: str,
    parts: list[ExecutedSection],
    languages: list[dict[str, str]],
    publication: Publication,
) -> str:
    """The whole page as text. languages: code, tag, path and name of the other languages."""
    words, about = read_words(language), subtitle(language, publication.machines)
    parts = [replace(part, content=linked(part.content, words)) for part in parts]
    parts, rules = with_shared_styles(parts)
    script = "".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return render_template(
        "page.html",
        words=words,
        subtitle=about,
        tag=TAGS[language],
        sections=parts,
        languages=languages,
        publication=publication,
        canonical=canonical(publication, language),
        alternates={
            TAGS[code]: canonical(publication, code) for code in [language, *(link["code"] for link in languages)]
        },
        bibtex=bibtex(publication, words["title"]),
        metadata=metadata(publication, TAGS[language], words["title"], about),
        style=style() + rules,
        script=Markup(script),
        script_hash=f"sha256-{digest}",
    )


def subtitle(language: str, machines: int) -> str:
    """What the page is, in a sentence: measured on this machine, or on so many."""
    words = read_words(language)
    return words["subtitle several"].format(count=machines) if machines > 1 else words["subtitle"]


def canonical(publication: Publication, language: str) -> str | None:
    """Where this page is published; None where nobody says."""
    return publication.url and publication.url.rstrip("/") + ("/" if language == "en" else f"/{language}/")
