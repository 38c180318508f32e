"""What a notebook of the article calls: text, figures and tables as HTML, from the results, in one language.

section = load("report/data", "en", machine="this", number=3)
section.text("steps", loss=…)
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from markupsafe import Markup

from article import prose
from article.beside import MACHINE, laid_out, with_rows
from article.html import Html, behind, first_line, join, message, paragraph, render_template
from article.names import NAMED, Names, place_of
from article.words import agreeing, is_worded, read_words, translated
from bench.results.intervals import missing
from bench.results.outcomes import Examples
from bench.results.tables import Tables
from bench.sheets import FIGURES, plain

FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("en", "zh")
MOST_PANELS = 6
"""Panels of one figure; the table below it holds the others."""
LEAST_POINTS = 2
"""Points that make a figure, and each of its panels."""
MOST_SOURCES = 6
"""Workloads that a figure names as its sources; of more it leads to the list of all."""
ALONG = ("point", "step", "steps")
"""Columns that are the axis of a figure: its points are counted along it."""
MANY = 7
"""Points that a text alternative spells out; a table below the figure holds them all."""

Content = Any
"""What a cell of a table may hold: Markup stays, everything else is escaped, None is left empty."""


def load(tables: str | Path, language: str, machine: str, number: int) -> Section:
    """The section of that number, which writes what its figures are drawn from beside the tables. Raises ValueError
    for an unknown language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language is {language!r}, allowed are {', '.join(LANGUAGES)}")
    section = Section(Tables(Path(tables)), language, machine, number)
    section.sheets = section.tables.folder / FIGURES / language / section.name
    shutil.rmtree(section.sheets, ignore_errors=True)
    section.sheets.mkdir(parents=True)
    return section


@cache
def read_yaml(name: str) -> Any:
    """The content of a YAML file of the article's folder: claims, references, scenarios."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


class Section:
    """One section in one language, made on the machine `home`. "This machine" is `machine`: home, unless others alone
    have results.
    """

    def __init__(self, tables: Tables, language: str, home: str, number: int) -> None:
        self.tables, self.language, self.home, self.number = tables, language, home, number
        self.machine = tables.first_machine(home)
        self.words = read_words(language)
        self.names = Names(self.words, language)
        self._numbers = {"figure": 0, "table": 0}
        self.sheets: Path | None = None
        """The folder for what the figures are drawn from; None: it is not written."""

    @cached_property
    def blocks(self) -> dict[str, str]:
        """The blocks of text of this section."""
        return prose.blocks(FOLDER / "text" / self.language / f"{self.name}.md")

    @cached_property
    def name(self) -> str:
        """What the files of this section are called, as 03_algorithms."""
        (path,) = (FOLDER / "text" / self.language).glob(f"{self.number:02d}_*.md")
        return path.stem

    @property
    def space(self) -> Markup:
        """What stands between two sentences."""
        return Markup("" if self.language == "zh" else " ")

    @property
    def data(self) -> str:
        """Where the tables stand, seen from the page: English is beside `data/`, other languages a level below."""
        return "data" if self.language == "en" else "../data"

    @property
    def machines(self) -> list[str]:
        """Every machine with results, `machine` first; that one alone where none has."""
        return self.tables.hardware(self.machine) or [self.machine]

    @property
    def several(self) -> bool:
        """Whether results of other machines are there, so that each has to be named."""
        return self.machines != [self.home]

    def examples(self, workload: str) -> Examples:
        """What the examples of a workload left on this machine."""
        return Examples(self.tables, self.machine, workload)

    def hardware(self, machine: str) -> str | None:
        """The name of a machine where results of others than this one are shown."""
        return machine if self.several else None

    def text(self, name: str, **values: Any) -> Html:
        """The block of text with its values; the id of its heading names section and block. Raises KeyError for an
        unknown block, and what `prose.render` raises.
        """
        html = prose.render(self.blocks[name], values, self.language)
        return Html(html.replace("<h3>", Markup('<h3 id="section-{}-{}">').format(self.number, name), 1))

    def sentence(self, name: str, **values: Any) -> Html:
        """A paragraph made of one entry of the words; values are escaped."""
        return paragraph(self.phrase(name, **values))

    def phrase(self, name: str, **values: Any) -> Markup:
        """An entry of the words with values, which are escaped."""
        return agreeing(Markup(Markup.escape(self.words[name])).format(**values), self.language)

    def translated(self, message: str) -> str:
        """A message of the tables, in the language of the page as far as there are words for it."""
        return translated(message, self.language)

    def message(self, text: Any) -> Markup:
        """A message as a cell of a table: in the language of the page where it has words, else as code."""
        said = "" if missing(text) else str(text).strip()
        return Markup.escape(first_line(self.translated(said))) if is_worded(said) else message(said)

    def item(self, title: Any, *sentences: Any) -> Markup:
        """What stands in a line of a list: a bold title, a colon, and sentences."""
        return Markup("<b>{}</b>{}{}").format(title, self.words["colon"], Markup("").join(sentences))

    def problem_columns(self, row: Any, named: Iterable[str] = NAMED) -> dict[str, Content]:
        """What a row of a table says of its problem, which leads to where that comes from; named: the parts of the
        problem that the table names.
        """
        said, place = self.names.problem(row, named), place_of(getattr(row, "family", None), row.workload)
        link = Markup('<a href="#{}">{}</a>').format(place, said) if place else said
        return {"problem": link, "hardware": self.hardware(row.hardware)}

    def cell_columns(self, row: Any, named: Iterable[str] = NAMED) -> dict[str, Content]:
        """What a row of a table says of its cell: the problem and the variant."""
        return self.problem_columns(row, named) | {"variant": self.names.variant(row.framework, row.mode)}

    def figure(
        self,
        draw: Callable[..., Any],
        data: Any,
        name: str,
        *others: Any,
        rows: Sequence[str] = (),
        most: int = MOST_PANELS,
        finding: Any = None,
        after: Any = None,
        of: Any = None,
        **values: Any,
    ) -> Html:
        """A figure with caption and text alternative; where there are too few points, a sentence and what stands below.

        name: its words lie under `figure.<name>`: title, caption, what the figure function asks for. others: further
        data of the figure function. rows: what the text alternative says of the points, one string each. most: panels
        that are drawn. finding: the title above it, which tells what it shows. after: what stands below the caption, as
        a rule the table of the numbers. of: what this one of several figures of that name shows, which its caption says
        first. values: put into title and caption.
        """
        words = self.words.under(f"figure.{name}")
        title, caption = (agreeing(words[part].format(**values), self.language) for part in ("title", "caption"))
        caption = self._said_of(of, caption)
        undrawn = "figure.few" if len(data) else "figure.none"
        drawn, left_out = limited(data, most)
        if len(drawn) < LEAST_POINTS:
            return Html(self.sentence(undrawn, title=title) + (after or ""))
        number = self._next("figure")
        identity = number.replace(".", "-")
        sheet = self._sheet(number, data)
        return self.render(
            "figure.html",
            number=number,
            identity=identity,
            title=title,
            finding=finding,
            **_drawn(partial(draw, drawn, *others, words), f"f{identity}"),
            description=self._alternative(rows, title),
            caption=caption,
            left_out=self.space + self.phrase("figure.panels", count=left_out) if left_out else "",
            after=after,
            sheet=sheet,
            sources=self._sources(drawn),
        )

    def table(
        self,
        rows: Iterable[Mapping[str, Content]],
        columns: Sequence[str],
        name: str,
        *,
        folded: bool = False,
        empty: str | None = None,
        of: Any = None,
        **values: Any,
    ) -> Html:
        """A table with caption and headers; columns without any content are left out.

        name: its caption is the word `table.<name>`, the heading of a column `column.<column>`. folded: hidden behind
        its caption until the reader asks. empty: the word of the sentence that stands in place of a table without
        rows (default: nothing). of: what this one of several tables of that name shows. Where all rows are of one
        machine among several, the caption names it; several stand beside each other (`beside`).
        """
        rows = list(rows)
        if not rows:
            return self.sentence(f"table.{empty}", **values) if empty else Html()
        caption = self._said_of(of, self.phrase(f"table.{name}", **values))
        machine, *more = with_rows(rows, self.machines) or [""]
        if machine and not more and MACHINE in columns[1:]:
            caption += self.space + self.phrase("table.machine", machine=machine)
            columns = [column for column in columns if column != MACHINE]
        shown = [column for column in columns if any(row.get(column) not in (None, "") for row in rows)]
        head, body = laid_out(rows, shown, self.machines, self.words)
        return self.render(
            "table.html",
            number=self._next("table"),
            caption=caption,
            head=head,
            body=body,
            folded=folded,
        )

    def by_machine(self, parts: Sequence[Html], others: str) -> Html:
        """What is said of each machine: of the first at once, of the others folded behind the phrase `others`."""
        own, *rest = parts
        return join(own, behind(self.phrase(others, count=len(rest)), join(*rest)) if rest else None)

    def render(self, template: str, **values: Any) -> Html:
        """A template with the words of the language and its values."""
        return render_template(template, words=self.words, **values)

    def _said_of(self, of: Any, caption: Any) -> Markup:
        """A caption behind what it is of, if that is said."""
        return Markup("{}{}{}").format(of, self.words["stop"], caption) if of else caption

    def _sheet(self, number: str, data: Any) -> str | None:
        """Where what a figure is drawn from lies, seen from the page; None of what is no table."""
        if self.sheets is None or not isinstance(data, pd.DataFrame):
            return None
        data.map(plain).to_csv(self.sheets / f"{number}.csv", index=False)
        return f"{self.data}/{FIGURES}/{self.language}/{self.name}/{number}.csv"

    def _sources(self, data: Any) -> Markup:
        """Where what a figure is drawn from comes from: its workloads, or of many and of none the list of all."""
        names = data["workload"].unique() if isinstance(data, pd.DataFrame) and "workload" in data else []
        if not 0 < len(names) <= MOST_SOURCES:
            return Markup('<a href="#section-10-sources">{}</a>').format(self.words["figure.sources"])
        links = [
            Markup('<a href="#{}">{}</a>').format(place_of(family, name), self.names.workload(name, family))
            for family, name in (found.split("/") for found in names)
        ]
        return Markup("{}{}{}").format(
            self.words["figure.sources"], self.words["colon"], Markup(self.words["enumeration"]).join(links)
        )

    def _alternative(self, rows: Sequence[str], title: str) -> str:
        """The text alternative of a figure, beside its caption: its points, as many as it spells out."""
        more = [self.words["figure.more"].format(count=len(rows) - MANY)] if len(rows) > MANY else []
        return self.words["semicolon"].join([*rows[:MANY], *more]) or title

    def _next(self, kind: str) -> str:
        """The number of the next figure or table: of the section, and within it."""
        self._numbers[kind] += 1
        return f"{self.number}.{self._numbers[kind]}"


def limited(data: Any, most: int = MOST_PANELS) -> tuple[Any, int]:
    """The rows of the first panels of a figure's data that have enough points, and how many panels are left out."""
    if not hasattr(data, "columns") or "panel" not in data.columns:
        return data, 0
    axis = next((column for column in ALONG if column in data.columns), None)
    points = {panel: own[axis].nunique() if axis else len(own) for panel, own in data.groupby("panel", sort=False)}
    drawn = [panel for panel, count in points.items() if count >= LEAST_POINTS][:most]
    return data[data["panel"].isin(drawn)], len(points) - len(drawn)


def _drawn(draw: Callable[[], Any], prefix: str) -> dict[str, Any]:
    """A drawing as parts of the page, whose ids begin with `prefix`: its `legend`, pairs of a mark and what it stands
    for, and its `panels`.
    """
    from article.figures import svg

    drawing = draw()
    return {
        "legend": [(svg.key(colour, marker), label) for label, colour, marker in drawing.legend],
        "panels": [svg.embed(axis.figure, f"{prefix}-{place}") for place, axis in enumerate(drawing.axes)],
    }
