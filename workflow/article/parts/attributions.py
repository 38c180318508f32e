"""Predictions attributed to their inputs: the frameworks compared, and how far attributions add up."""

from __future__ import annotations

import pandas as pd

from article import numbers
from article.html import Html, join
from article.parts.comparisons import compared
from article.parts.many_trainings import ATTRIBUTION
from article.section import Article
from bench.results import intervals, outcomes, selection


def attributions(article: Article) -> pd.DataFrame:
    """The cells in which predictions were attributed to their inputs."""
    cells = selection.sound_cells(article.tables, article.machine)
    return cells[cells["workload"] == ATTRIBUTION]


def attribution(article: Article, cells: pd.DataFrame) -> Html:
    """The frameworks compared, and of every variant its time and how far its attributions add up."""
    rows = []
    for row in cells.itertuples():
        complete = outcomes.as_object(row.metrics).get("completeness_error")
        rows.append(
            {
                "problem": article.names.problem(row),
                "hardware": row.hardware if article.several else None,
                "variant": article.names.variant(row.framework, row.mode),
                "step": numbers.seconds(intervals.interval(row) or row.step_seconds),
                "completeness": numbers.scientific(complete) if isinstance(complete, int | float) else None,
            }
        )
    table = article.table(
        rows, ("problem", "hardware", "variant", "step", "completeness"), "attribution", folded=len(rows) > 12
    )
    return join(compared(article, ATTRIBUTION), table)
