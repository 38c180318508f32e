"""One row per problem, one column or dot per variant: tables of every mode, and what is said of ratios of times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup

from article import numbers
from article.html import Html, paragraph
from article.names import TITLES, Names, named_by
from article.section import Section
from bench.results import intervals, ratios
from bench.vocabulary import BASELINE, PROBLEM, VARIANT_ORDER


def column_of(framework: str, mode: str) -> str:
    """The column of a variant."""
    return f"used {framework} {mode}"


COLUMNS = tuple(column_of(*variant) for variant in sorted(VARIANT_ORDER, key=lambda variant: variant[0] != BASELINE))
"""The columns of all variants, the base line first; a table leaves out those that it has nothing for."""


def variant_columns(cells: pd.DataFrame, show: Callable[[Any], str | None]) -> dict[str, Any]:
    """Column of a variant → what `show` makes of its cell."""
    return {column_of(row.framework, row.mode): show(row) for row in cells.itertuples()}


def ratio_table(section: Section, found: pd.DataFrame, name: str) -> Html:
    """The ratios of all variants beside each other, a problem a row, folded."""
    rows = [
        section.problem_columns(next(own.itertuples())) | variant_columns(own, numbers.ratio_text)
        for _, own in found.groupby(PROBLEM, sort=False)
    ]
    return section.table(rows, ("problem", "hardware", *COLUMNS), name, folded=True)


def ratio_dot(row: Any, names: Names, columns: Iterable[str], panel: str, limit: float | None = None) -> dict[str, Any]:
    """A row of `figures.dots.ratio_dots`; columns: what its label names of the problem."""
    return {
        "panel": panel,
        "label": names.problem(row, columns),
        "workload": named_by(row),
        "framework": row.framework,
        "mode": row.mode,
        "ratio": row.ratio,
        "low": intervals.number(row.low),
        "high": intervals.number(row.high),
        "limit": limit,
    }


def ratio_texts(data: pd.DataFrame, names: Names) -> list[str]:
    """What a figure's text alternative says of the rows of `figures.dots.ratio_dots`."""
    return [
        names.point(numbers.ratio_text(row), row.label, names.variant(row.framework, row.mode))
        for row in data.itertuples()
    ]


def span(section: Section, found: pd.DataFrame) -> str:
    """From the least to the most of some ratios."""
    ends = (numbers.ratio(float(end)) for end in (found["ratio"].min(), found["ratio"].max()))
    return numbers.span(ends, section.language)


def bound_finding(section: Section, name: str, found: pd.DataFrame, side: str, bound: float) -> Markup | None:
    """The title of a figure of ratios by what the word `name` asks of each framework: in how many of its rows the whole
    interval lies on one side (`below` or `above`) of a bound; None without rows.
    """
    told = []
    for framework, title in TITLES.items():
        counts = ratios.judged(found[found["framework"] == framework], bound)
        if counts["of"]:
            told.append(section.phrase("shows.of", framework=title, count=counts[side], total=counts["of"]))
    shown = Markup(section.words["comma"]).join(told)
    return section.phrase(name, told=shown, bound=numbers.count(bound)) if told else None


def said_of_machine(section: Section, machine: str, sentences: Iterable[Markup]) -> Html:
    """A paragraph of sentences after the one that names the machine."""
    here = section.phrase("cost.here", machine=machine)
    return paragraph(section.space.join([here, *sentences]))
