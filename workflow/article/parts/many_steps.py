"""What it brings to take many steps in one call: Python is left once for all of them."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html, join, paragraph
from article.names import TITLES
from article.parts.variants import span
from article.rows import of_first_machine
from article.section import Section
from bench.catalogue import known
from bench.results import ratios, selection

MOST_ROWS = 30
"""Rows of a table that is not folded."""


def many_steps(section: Section) -> pd.DataFrame:
    """`ratios.many_steps` at the largest size that was measured, sorted."""
    runs = selection.successful_runs(selection.at_named_sizes(section.tables.frame("runs")))
    return selection.largest(selection.own_first(ratios.many_steps(runs), section.machine))


def many_step_results(section: Section, found: pd.DataFrame) -> Html:
    """How many times as long a step takes in a call of its own, in a sentence and as a table."""
    rows = [
        section.problem_columns(row)
        | {
            "one step": section.names.variant(row.framework, row.single_mode),
            "many steps": section.names.variant(row.framework, row.mode),
            "steps of a call": numbers.count(row.steps * known(row.workload).calls.get(row.task, 1)),
            "one over many": numbers.ratio_text(row),
        }
        for row in found.itertuples()
    ]
    columns = ("problem", "hardware", "one step", "many steps", "steps of a call", "one over many")
    first = of_first_machine(found)
    spans = [
        section.phrase("many steps.span", framework=title, count=len(own), **span(own))
        for framework, title in TITLES.items()
        if len(own := first[first["framework"] == framework])
    ]
    table = section.table(rows, columns, "many steps", folded=len(rows) > MOST_ROWS)
    return join(paragraph(section.space.join(spans)) if spans else None, table)
