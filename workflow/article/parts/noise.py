"""The A/A comparisons: one variant measured as two."""

from __future__ import annotations

from article import numbers
from article.html import Html
from article.section import Section
from bench.results import intervals, selection


def noise_table(section: Section) -> Html:
    """The A/A comparisons: one variant measured as two."""
    rows = []
    for row in selection.own_first(section.tables.frame("noise"), section.machine).itertuples():
        interval = intervals.interval(row, "ratio")
        rows.append(
            section.cell_columns(row)
            | {"runs": str(row.runs), "aa_ratio": numbers.ratio(interval) if interval else None}
        )
    return section.table(rows, ("problem", "hardware", "variant", "aa_ratio", "runs"), "noise", empty="no noise")
