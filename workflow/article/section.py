"""What a notebook of the article calls: text, figures, tables and verdicts as HTML, from the tables, in one language.

article = load("report/data", "en", machine="this", section=3)
article.text("steps", loss=…)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import yaml
from jinja2 import TemplateError
from markupsafe import Markup

from article import prose
from article.html import Html, join, paragraph, render_template
from article.names import Names
from article.words import read_words
from bench.results import outcomes
from bench.results.tables import Tables

FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("en", "zh")
MOST_PANELS = 6
"""Panels of one figure; the table below it holds the others."""
MANY = 40
"""Points that a text alternative spells out; a table below the figure holds them all."""

Content = Any
"""What a cell of a table may hold: Markup stays, everything else is escaped, None is left empty."""


def load(tables: str | Path, language: str, machine: str, section: int) -> Article:
    """The article's engine for one section. Raises ValueError for an unknown language."""
    if language not in LANGUAGES:
        raise ValueError(f"language is {language!r}, allowed are {', '.join(LANGUAGES)}")
    return Article(Tables(Path(tables)), language, machine, section)


class Article:
    """One section in one language on one machine."""

    def __init__(self, tables: Tables, language: str, machine: str, section: int) -> None:
        self.tables, self.language, self.machine, self.section = tables, language, machine, section
        self.words = read_words(language)
        self.names = Names(self.words, language)
        self._numbers = {"figure": 0, "table": 0}
        self._shown: set[str] = set()

    @cached_property
    def blocks(self) -> dict[str, str]:
        """The blocks of text of this section."""
        (path,) = (FOLDER / "text" / self.language).glob(f"{self.section:02d}_*.md")
        return prose.blocks(path)

    @cached_property
    def claims_list(self) -> list[dict[str, Any]]:
        """Every claim of claims.yaml."""
        return yaml.safe_load((FOLDER / "claims.yaml").read_text(encoding="utf-8"))

    @cached_property
    def verdicts(self) -> dict[tuple[str, str], Any]:
        """(machine, claim) → row of the table of claims."""
        return {(row.hardware, row.id): row for row in self.tables.frame("claims").itertuples()}

    @property
    def space(self) -> str:
        """What stands between two sentences."""
        return "" if self.language == "zh" else " "

    @property
    def several(self) -> bool:
        """Whether results of more than one machine are there."""
        return len(self.tables.hardware(self.machine)) > 1

    def text(self, name: str, **values: Any) -> Html:
        """The block of text with its values. Raises KeyError for an unknown block, and what `prose.render` raises."""
        return Html(prose.render(self.blocks[name], values, self.language))

    def sentence(self, name: str, **values: Any) -> Html:
        """A paragraph made of one entry of the words; values are escaped."""
        return paragraph(self.phrase(name, **values))

    def phrase(self, name: str, **values: Any) -> Markup:
        """An entry of the words with values, which are escaped."""
        return Markup(Markup.escape(self.words[name])).format(**values)

    def item(self, title: Any, *sentences: Any) -> Markup:
        """What stands in a line of a list: a bold title, a colon, and sentences."""
        return Markup("<b>{}</b>{}{}").format(title, self.words["colon"], Markup("").join(sentences))

    def figure(
        self,
        draw: Callable[..., Any],
        data: Any,
        name: str,
        *others: Any,
        rows: Sequence[str] = (),
        minimum: int = 2,
        most: int = MOST_PANELS,
        after: Any = None,
        **values: Any,
    ) -> Html:
        """A figure in two widths with caption and text alternative; a sentence where there are too few points.

        name: its words lie under `figure.<name>`: title, caption, what the figure function asks for. others: further
        data of the figure function. rows: what the text alternative says of the points, one string each. most: panels
        that are drawn. after: what stands below the caption, as a rule the table of the numbers. values: put into title
        and caption.
        """
        words = self.words.under(f"figure.{name}")
        title, caption = (words[part].format(**values) for part in ("title", "caption"))
        data, left_out = limited(data, most)
        if len(data) < minimum:
            return self.sentence("figure.few" if len(data) else "figure.none", title=title)
        number = self._next("figure")
        description = self._alternative(caption, rows, title)
        return self.render(
            "figure.html",
            number=number,
            drawings=_drawings(partial(draw, data, *others, words), number, title, description),
            caption=caption,
            left_out=self.space + self.phrase("figure.panels", count=left_out) if left_out else "",
            after=after,
        )

    def _alternative(self, caption: str, rows: Sequence[str], title: str) -> str:
        """The text alternative of a figure: its caption and its points, as many as it spells out."""
        more = [self.words["figure.more"].format(count=len(rows) - MANY)] if len(rows) > MANY else []
        points = "; ".join([*rows[:MANY], *more]) or title
        return self.words["figure.alternative"].format(caption=caption, rows=points)

    def _next(self, kind: str) -> str:
        """The number of the next figure or table: of the section, and within it."""
        self._numbers[kind] += 1
        return f"{self.section}.{self._numbers[kind]}"

    def render(self, template: str, **values: Any) -> Html:
        """A template with the words of the language and its values."""
        return render_template(template, words=self.words, **values)

    def table(
        self,
        rows: Iterable[Mapping[str, Content]],
        columns: Sequence[str],
        name: str,
        *,
        folded: bool = False,
        empty: str | None = None,
        **values: Any,
    ) -> Html:
        """A table with caption and headers; columns without any content are left out.

        name: its caption is the word `table.<name>`, the heading of a column `column.<column>`. folded: hidden behind
        its caption until the reader asks. empty: the word of the sentence that stands in place of a table without
        rows (default: nothing).
        """
        rows = list(rows)
        if not rows:
            return self.sentence(f"table.{empty}") if empty else Html()
        shown = [column for column in columns if any(row.get(column) not in (None, "") for row in rows)]
        return self.render(
            "table.html",
            number=self._next("table"),
            caption=self.phrase(f"table.{name}", **values),
            columns=shown,
            rows=[[row.get(column) for column in shown] for row in rows],
            folded=folded,
        )

    def claim(self, identity: str) -> Html:
        """The box of one claim: what is said, the verdict on each machine, the evidence, how it is decided."""
        (claim,) = (entry for entry in self.claims_list if entry["id"] == identity)
        self._shown.add(identity)
        machines = self.tables.hardware(self.machine) or [self.machine]
        if claim["kind"] == "opinion":  # the same on every machine, and decided by nothing
            machines = machines[:1]
        return self.render(
            "claim.html",
            identity=identity,
            says=claim["says"][self.language],
            verdicts=[self._verdict_parts(claim, machine) for machine in machines],
            decide=claim.get("decide", {}).get(self.language),
        )

    def _verdict_parts(self, claim: Mapping[str, Any], machine: str) -> tuple[Markup, str | None, Markup]:
        """The badge of a claim on a machine, the machine where there are several, and the evidence in words."""
        row = self.verdicts.get((machine, claim["id"]))
        evidence = self.evidence(claim["id"], outcomes.as_object(row.evidence) if row else {})
        return self.badge(self.verdict(claim, machine)), machine if self.several else None, evidence

    def verdict(self, claim: Mapping[str, Any], machine: str) -> str:
        """The verdict on a claim on a machine; what its kind says where the machine has none."""
        row = self.verdicts.get((machine, claim["id"]))
        if row and row.verdict:
            return row.verdict
        return "opinion" if claim["kind"] == "opinion" else "not measured here"

    def claims(self, *identities: str) -> Html:
        """The boxes of the claims named; without names, of all claims of this section that no box has shown yet."""
        rest = [
            entry["id"]
            for entry in self.claims_list
            if entry["section"] == self.section and entry["id"] not in self._shown
        ]
        return join(*(self.claim(identity) for identity in identities or rest))

    def badge(self, verdict: str) -> Markup:
        """A verdict as a coloured word."""
        return Markup('<span class="badge" data-verdict="{}">{}</span>').format(
            verdict.replace(" ", "-"), self.words.get(f"verdict.{verdict}", verdict)
        )

    @cached_property
    def _evidence_blocks(self) -> dict[str, str]:
        path = FOLDER / "text" / self.language / "claims.md"
        return prose.blocks(path) if path.exists() else {}

    def evidence(self, identity: str, evidence: Mapping[str, Any]) -> Markup:
        """What decided a claim, in words; where its experiment brought nothing, the reason."""
        if reason := evidence.get("reason"):
            return Markup(Markup.escape(self.words.get(f"reason.{reason}", str(reason))))
        if identity not in self._evidence_blocks or not evidence:
            return Markup("")
        try:
            text = prose.render(
                self._evidence_blocks[identity], {"e": evidence, "w": self.words.under("evidence")}, self.language
            )
        except (TemplateError, TypeError, ValueError, KeyError, AttributeError, IndexError):
            return self.phrase("claim.unreadable")  # another machine's table may hold anything
        return Markup(str(text).strip().removeprefix("<p>").removesuffix("</p>"))


def limited(data: Any, most: int = MOST_PANELS) -> tuple[Any, int]:
    """The rows of the first panels of a figure's data, and how many panels are left out."""
    if not hasattr(data, "columns") or "panel" not in data.columns:
        return data, 0
    panels = list(dict.fromkeys(data["panel"]))
    return data[data["panel"].isin(panels[:most])], max(0, len(panels) - most)


def _drawings(draw: Callable[..., Any], number: str, title: str, description: str) -> list[Markup]:
    """A figure in both widths, as parts of the page."""
    from article.figures.axes import NARROW, WIDE
    from article.figures.svg import embed

    prefix = f"f{number.replace('.', '-')}"
    return [
        embed(draw(width=width), f"{prefix}-{name}", title, description, name)
        for width, name in ((WIDE, "wide"), (NARROW, "narrow"))
    ]


def machine_name(article: Article, row: Any) -> str | None:
    """The row's machine where there are several."""
    return row.hardware if article.several else None
