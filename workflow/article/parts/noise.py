"""The A/A comparisons: one variant measured as two."""

from __future__ import annotations

from article import numbers
from article.html import Html
from article.section import Article
from bench.results import intervals, selection


def noise_table(article: Article) -> Html:
    """The A/A comparisons: one variant measured as two."""
    rows = []
    for row in selection.own_first(article.tables.frame("noise"), article.machine).itertuples():
        interval = intervals.interval(row, "ratio")
        rows.append(
            {
                "problem": article.names.problem(row),
                "hardware": row.hardware if article.several else None,
                "variant": article.names.variant(row.framework, row.mode),
                "runs": str(row.runs),
                "aa_ratio": numbers.ratio(interval) if interval else None,
            }
        )
    return article.table(rows, ("problem", "hardware", "variant", "aa_ratio", "runs"), "noise", empty="no noise")
