"""Predictions attributed to their inputs: the frameworks compared, and how far attributions add up."""

from __future__ import annotations

from typing import Any

import pandas as pd

from article import numbers
from article.html import Html, join
from article.parts.cells import step_text
from article.parts.comparisons import compared
from article.section import Section
from bench.results import outcomes, selection

WORKLOAD = "integrated_gradients"
MOST_ROWS = 12
"""Rows of a table that is not folded."""


def attributed_cells(section: Section) -> pd.DataFrame:
    """The cells in which predictions were attributed to their inputs."""
    cells = selection.sound_cells(section.tables, section.machine)
    return cells[cells["workload"] == WORKLOAD]


def attribution_results(section: Section, cells: pd.DataFrame) -> Html:
    """The frameworks compared, and of every variant its time and how far its attributions add up."""
    rows = [
        section.cell_columns(row) | {"step": step_text(section, row), "completeness": completeness_text(row)}
        for row in cells.itertuples()
    ]
    table = section.table(
        rows, ("problem", "variant", "hardware", "step", "completeness"), "attribution", folded=len(rows) > MOST_ROWS
    )
    return join(compared(section, WORKLOAD), table)


def completeness_text(row: Any) -> str | None:
    """How far the attributions of a cell are from adding up to its prediction."""
    error = outcomes.as_object(row.metrics).get("completeness_error")
    return numbers.scientific(error) if isinstance(error, int | float) else None
